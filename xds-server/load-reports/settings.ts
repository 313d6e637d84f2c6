// What nodes are asked to report: how often, which clusters, and how finely.

import { create } from '@bufbuild/protobuf'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  type LoadStatsResponse,
  LoadStatsResponseSchema,
} from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import { type Problem, SwitchyardError } from '../../core/errors.ts'

/**
 * What nodes report, and how often.
 *
 * @example
 * ```ts
 * import { type LoadReportSettings, LoadReports } from 'switchyard'
 *
 * const settings: LoadReportSettings = { intervalMs: 5_000, clusters: ['echo'] }
 * const loads = new LoadReports(settings)
 * ```
 */
export interface LoadReportSettings {
  /**
   * Milliseconds between two reports of a node, 100 to 3,600,000. gRPC C++ and Python take a second at least. Default: 10,000.
   */
  readonly intervalMs?: number
  /** Names of the clusters, or `all`. Default: `all`. */
  readonly clusters?: 'all' | readonly string[]
  /** Whether Envoys report each endpoint beside each locality. gRPC clients report localities only. Default: true. */
  readonly endpoints?: boolean
}

export type CompleteSettings = Required<LoadReportSettings>

export const DEFAULT_SETTINGS: CompleteSettings = { intervalMs: 10_000, clusters: 'all', endpoints: true }

const MIN_INTERVAL_MS = 100
const MAX_INTERVAL_MS = 3_600_000

/** @throws SwitchyardError `invalid-argument` with every invalid setting */
export function checkSettings({ intervalMs, clusters }: CompleteSettings): void {
  const problems: Problem[] = []
  if (!(intervalMs >= MIN_INTERVAL_MS && intervalMs <= MAX_INTERVAL_MS)) {
    const message = `is ${intervalMs}; use a number of milliseconds from ${MIN_INTERVAL_MS} to ${MAX_INTERVAL_MS}`
    problems.push({ path: 'intervalMs', message })
  }
  // gRPC Go would take an empty list for all clusters.
  if (clusters !== 'all' && (clusters.length === 0 || clusters.includes(''))) {
    problems.push({ path: 'clusters', message: 'has no name or an empty one; name clusters, or use "all"' })
  }
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'invalid settings of load reports:', { problems })
  }
}

/**
 * grpc-js 1.14 never reports the first cluster of a list: `clusters.indexOf(name) > 0` in `xds-client.ts`. So the first name is one
 * that no cluster has.
 */
const SKIPS_FIRST = /^gRPC Node\b/i
const NO_CLUSTER = ''

/** The settings as a node gets them. */
export function responseFor(
  { intervalMs, clusters, endpoints }: CompleteSettings,
  { userAgentName }: Pick<Node, 'userAgentName'>,
): LoadStatsResponse {
  const seconds = Math.floor(intervalMs / 1_000)
  const names = clusters === 'all' ? [] : clusters
  return create(LoadStatsResponseSchema, {
    sendAllClusters: clusters === 'all',
    clusters: names.length > 0 && SKIPS_FIRST.test(userAgentName) ? [NO_CLUSTER, ...names] : [...names],
    loadReportingInterval: {
      seconds: BigInt(seconds),
      nanos: Math.round((intervalMs - seconds * 1_000) * 1e6),
    },
    reportEndpointGranularity: endpoints,
  })
}
