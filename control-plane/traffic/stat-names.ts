// Which of Envoy's stats are about the calls of clients. https://www.envoyproxy.io/docs/envoy/latest/operations/stats_overview

/**
 * Requests that a connection manager denied, by a token, a policy or the authorizer. Their gRPC status is in an HTTP answer 200.
 * The same of a shadow policy is `shadow_denied`.
 */
const DENIED = /^http\..+\.(?:jwt_authn|rbac(?:\..+)?|ext_authz)\.denied$/

/**
 * - `calls`: requests that were answered.
 * - `http5xx`: those whose answer has an HTTP status of the server's fault. A gRPC answer has status 200, whatever became of the call.
 * - `upstream5xx`: requests for which there was no answer of a backend, so that Envoy made one up, or with such a status of a backend.
 * - `grpcOk`, `grpcFailed`: gRPC calls by their status, where the filter `grpc_stats` counts them.
 * - `denied`: requests that a filter of the connection manager denied.
 * - `connections`: open connections of clients.
 * - `draining`: listeners that were replaced and still have connections.
 * - `latency`: the histogram of the time from a request to the end of its answer.
 */
export type StatKind =
  | 'calls'
  | 'http5xx'
  | 'upstream5xx'
  | 'grpcOk'
  | 'grpcFailed'
  | 'denied'
  | 'connections'
  | 'draining'
  | 'latency'

/** By the part after the connection manager's prefix, such as `http.main.`. */
const OF_HTTP: Readonly<Partial<Record<string, StatKind>>> = {
  downstream_rq_completed: 'calls',
  downstream_rq_5xx: 'http5xx',
  downstream_rq_time: 'latency',
}
const DRAINING = [
  'listener_manager.total_listeners_draining',
  'listener_manager.total_filter_chains_draining',
]

/** Undefined for every other stat, those of Envoy's own admin interface included. */
export function kindOf(name: string): StatKind | undefined {
  if (name.startsWith('cluster.')) return ofCluster(name)
  if (name.startsWith('http.')) {
    if (name.startsWith('http.admin.')) return undefined
    return OF_HTTP[name.slice(name.lastIndexOf('.') + 1)] ?? (DENIED.test(name) ? 'denied' : undefined)
  }
  if (name.startsWith('listener.')) return isConnections(name) ? 'connections' : undefined
  return DRAINING.includes(name) ? 'draining' : undefined
}

function ofCluster(name: string): StatKind | undefined {
  if (name.endsWith('.upstream_rq_5xx')) return isPartOfCluster(name) ? undefined : 'upstream5xx'
  if (!name.includes('.grpc.')) return undefined
  if (name.endsWith('.success')) return 'grpcOk'
  return name.endsWith('.failure') ? 'grpcFailed' : undefined
}

/** Counted again by origin, canary, zone or try: only the sum of the cluster counts. */
function isPartOfCluster(name: string): boolean {
  return /\.(?:external|internal|canary|retry|zone\..*)\.upstream_rq_5xx$/.test(name)
}

function isConnections(name: string): boolean {
  return (
    name.endsWith('.downstream_cx_active') &&
    !name.startsWith('listener.admin.') &&
    !/\.worker_\d+\.[^.]+$/.test(name)
  )
}
