// What nodes are asked to report: how often, which clusters, and how finely.

import { create } from '@bufbuild/protobuf'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  type LoadStatsResponse,
  LoadStatsResponseSchema,
} from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import {
  type ChecksOf,
  FLAG,
  isNumber,
  optionsWith,
  rejectProblems,
  valueWhere,
} from '../../core/option-checks.ts'

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

const CHECKS: ChecksOf<LoadReportSettings> = {
  intervalMs: valueWhere(
    (value) => isNumber(value) && value >= MIN_INTERVAL_MS && value <= MAX_INTERVAL_MS,
    `a number of milliseconds from ${MIN_INTERVAL_MS} to ${MAX_INTERVAL_MS}`,
  ),
  clusters: valueWhere((value) => value === 'all' || isListOfNames(value), 'a list of names, or "all"'),
  endpoints: FLAG,
}

const SETTINGS = optionsWith(CHECKS)

/** The settings after a change. @throws SwitchyardError `invalid-argument` with every invalid setting */
export function changeSettings(before: CompleteSettings, change: LoadReportSettings): CompleteSettings {
  rejectProblems('invalid settings of load reports:', SETTINGS(change, ''))
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  return { ...before, ...Object.fromEntries(given) }
}

/** gRPC Go would take an empty list for all clusters. */
function isListOfNames(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string' && name !== '')
  )
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
