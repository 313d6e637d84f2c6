// How an Envoy pushes its stats to the control plane: by its metrics service, on the connection of xDS.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ApiVersion } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import {
  HistogramEmitMode,
  MetricsServiceConfigSchema,
} from '@envoy/xds-protos/envoy/config/metrics/v3/metrics_service_pb.js'
import {
  HistogramBucketSettingsSchema,
  StatsSinkSchema,
} from '@envoy/xds-protos/envoy/config/metrics/v3/stats_pb.js'
import { XDS_CLUSTER } from '../core/bootstrap-cluster.ts'
import type { Problem } from '../core/errors.ts'

/** Often enough to see a change of config in the traffic, and little work for an Envoy with hundreds of clusters. */
export const STATS_INTERVAL_MS = 5_000
/** Envoy's own range for `stats_flush_interval` begins at 1 ms; below this one, nobody sees a difference. */
const SHORTEST_STATS_INTERVAL_MS = 100
/** Envoy takes less than five minutes; a page that draws 15 of them needs more points than that. */
const LONGEST_STATS_INTERVAL_MS = 60_000

/** What `bootstrapJson` needs to write the sink. */
export const STATS_MESSAGES = [MetricsServiceConfigSchema]

/**
 * Upper bounds of the buckets of latency, in milliseconds. Envoy measures in whole ones, so a bound between two leaves no doubt
 * about a bucket, and each is at most a fifth wider than the one before. Envoy's own bounds are 1, 5, 10, 25, 50, …
 */
function latencyBuckets(): number[] {
  const bounds: number[] = []
  for (let whole = 1; whole < 120_000; whole = Math.max(whole + 1, Math.floor(whole * 1.2)))
    bounds.push(whole - 0.5)
  return bounds
}

/** Finer buckets for the latency of calls. Prometheus sees them too. */
export function bucketSettings() {
  const match = { matchPattern: { case: 'suffix' as const, value: '.downstream_rq_time' } }
  return [create(HistogramBucketSettingsSchema, { match, buckets: latencyBuckets() })]
}

/** What is wrong with an interval in milliseconds. */
export function statsIntervalProblems(intervalMs: number | undefined): readonly Problem[] {
  const [least, most] = [SHORTEST_STATS_INTERVAL_MS, LONGEST_STATS_INTERVAL_MS]
  if (intervalMs === undefined) return []
  if (Number.isInteger(intervalMs) && intervalMs >= least && intervalMs <= most) return []
  return [
    {
      path: 'statsIntervalMs',
      message: `is ${intervalMs}, not a whole number of ms from ${least} to ${most}`,
    },
  ]
}

/** The part of a bootstrap that pushes stats at this interval. */
export function statsSink(intervalMs: number) {
  const config = create(MetricsServiceConfigSchema, {
    grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: XDS_CLUSTER } } },
    transportApiVersion: ApiVersion.V3,
    // What an Envoy counted before it lost the control plane does not come twice.
    reportCountersAsDeltas: true,
    // Buckets of several Envoys can be added up; quantiles cannot.
    histogramEmitMode: HistogramEmitMode.HISTOGRAM,
  })
  return {
    statsSinks: [
      create(StatsSinkSchema, {
        name: 'envoy.stat_sinks.metrics_service',
        configType: { case: 'typedConfig', value: anyPack(MetricsServiceConfigSchema, config) },
      }),
    ],
    statsFlushInterval: {
      seconds: BigInt(Math.floor(intervalMs / 1000)),
      nanos: (intervalMs % 1000) * 1_000_000,
    },
  }
}
