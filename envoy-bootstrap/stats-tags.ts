// Tags of an Envoy's statistics, which are the labels of its metrics for Prometheus.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { StatsConfigSchema } from '@envoy/xds-protos/envoy/config/metrics/v3/stats_pb.js'
import type { Problem } from '../core/errors.ts'

/** By name, such as `{ zone: 'a' }`: all statistics of the Envoy have them. */
export type StatsTags = Readonly<Record<string, string>>

/** Names of the filter's statistics after those of the method: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_stats_filter */
const LAST = '(?:[0-9]+|success|failure|total|request_message_count|response_message_count|upstream_rq_time)'

/**
 * Envoy's own tags of gRPC's statistics (`envoy_grpc_bridge_service` and `_method`) end a service at its first dot, and cannot be
 * replaced. These have its whole name.
 */
const OF_METHODS = {
  grpc_service: `^cluster\\..*?\\.grpc\\.((.+)\\.)[^.]+\\.${LAST}$`,
  grpc_method: `^cluster\\..*?\\.grpc\\..+\\.(([^.]+)\\.)${LAST}$`,
}

/** What Prometheus takes as the name of a label, without those that it keeps for itself. */
const LABEL = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/

/** `stats_config` of a bootstrap: tags of services and methods, and `fixed` ones. */
export function statsConfig(fixed: StatsTags): MessageInitShape<typeof StatsConfigSchema> {
  return {
    statsTags: [
      ...Object.entries(OF_METHODS).map(([tagName, value]) => ({
        tagName,
        tagValue: { case: 'regex' as const, value },
      })),
      ...Object.entries(fixed).map(([tagName, value]) => ({
        tagName,
        tagValue: { case: 'fixedValue' as const, value },
      })),
    ],
  }
}

/** What is wrong with fixed tags, by `statsTags.NAME`. */
export function statsTagProblems(fixed: StatsTags): readonly Problem[] {
  return Object.entries(fixed).flatMap(([name, value]) => {
    const path = `statsTags.${name}`
    const problems: Problem[] = []
    if (name in OF_METHODS) {
      problems.push({ path, message: 'is the tag of a gRPC method already; choose another name' })
    }
    if (!LABEL.test(name)) {
      problems.push({
        path,
        message: `"${name}" is not the name of a label: use letters, digits and underscores, no digit first`,
      })
    }
    if (value === '') problems.push({ path, message: 'is empty; give a value' })
    return problems
  })
}
