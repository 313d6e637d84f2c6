// What a node reports about its calls over LRS, as plain data.

/**
 * Calls of one interval. In TCP mode (L4), Envoy counts connections as calls, and knows neither `ok` nor `errors` of them.
 *
 * @example
 * ```ts
 * import type { CallCounts } from 'switchyard'
 *
 * const failed = ({ ok, errors }: CallCounts) => (ok + errors === 0 ? 0 : errors / (ok + errors))
 * ```
 */
export interface CallCounts {
  /** Started in the interval. */
  readonly started: number
  /**
   * Ended well in the interval. Envoy counts every gRPC status as well that is not a fault of the server, such as NOT_FOUND; gRPC
   * clients count OK only.
   */
  readonly ok: number
  /** Ended with an error in the interval. */
  readonly errors: number
  /** Open at the end of the interval. */
  readonly inProgress: number
}

/**
 * A metric that backends report with their answers (ORCA), summed over the calls of an interval.
 * https://github.com/grpc/proposal/blob/master/A85-lrs-custom-metrics-changes.md
 *
 * @example
 * ```ts
 * import type { MetricLoad } from 'switchyard'
 *
 * const mean = ({ calls, sum }: MetricLoad) => sum / calls
 * ```
 */
export interface MetricLoad {
  /** Calls that ended with this metric. */
  readonly calls: number
  readonly sum: number
}

/**
 * The calls to one endpoint. Only Envoy reports endpoints; gRPC clients report localities.
 *
 * @example
 * ```ts
 * import type { EndpointLoad } from 'switchyard'
 *
 * const describe = ({ address, started, errors }: EndpointLoad) => `${address}: ${started} calls, ${errors} errors`
 * ```
 */
export interface EndpointLoad extends CallCounts {
  /** `10.0.0.5:7000`, `[::1]:7000` or `unix:/path`. */
  readonly address: string
  /** By name, such as `cpu_utilization` or `named_metrics.queue`. */
  readonly metrics: ReadonlyMap<string, MetricLoad>
}

/**
 * The calls to the endpoints of one locality. A locality without calls is left out by most clients.
 *
 * @example
 * ```ts
 * import type { LocalityLoad } from 'switchyard'
 *
 * const name = ({ region, zone, subZone }: LocalityLoad) => [region, zone, subZone].join('/')
 * ```
 */
export interface LocalityLoad extends CallCounts {
  readonly region: string
  readonly zone: string
  readonly subZone: string
  readonly priority: number
  /** By name, such as `cpu_utilization` or `named_metrics.queue`. */
  readonly metrics: ReadonlyMap<string, MetricLoad>
  /** Empty if the client reports localities only. */
  readonly endpoints: readonly EndpointLoad[]
}

/**
 * The calls to one cluster in one interval.
 *
 * @example
 * ```ts
 * import type { ClusterLoad } from 'switchyard'
 *
 * const started = ({ localities }: ClusterLoad) => localities.reduce((sum, one) => sum + one.started, 0)
 * ```
 */
export interface ClusterLoad {
  readonly cluster: string
  /** The cluster's name in EDS if that is another one, else empty. */
  readonly serviceName: string
  /** What the counts are of, in milliseconds, as the client measured it. 0 if it does not say. */
  readonly intervalMs: number
  readonly localities: readonly LocalityLoad[]
  /** Calls that the client itself rejected: by a circuit breaker, or by the drop policy of the cluster's endpoints. */
  readonly dropped: number
  /** The part of `dropped` that has a category, by category. */
  readonly droppedBy: ReadonlyMap<string, number>
}
