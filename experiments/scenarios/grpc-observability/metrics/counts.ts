// What client, proxy and server have counted, as Prometheus knows it.

import { ENVOY_STATUSES } from '../../../../dashboards/boards/envoy-statuses.ts'
import type { PrometheusClient } from '../../../../testbed/prometheus/prometheus-client.ts'

/** Of all methods, retries and hedges included where a part sees them. */
const PROXY = '{envoy_cluster_name="echo"}'
const LISTENER = '{envoy_http_conn_manager_prefix="main"}'

/** The newest value of a counter, also if the last scrape has failed: then Prometheus takes all series of its target for ended. */
export function latest(counter: string, ...by: readonly string[]): string {
  const sum = by.length === 0 ? 'sum' : `sum by (${by.join(', ')}) `
  return `${sum}(last_over_time(${counter}[1m]))`
}

/** Each a counter, as a query that gives one value. */
const QUERIES = {
  'client began': latest('grpc_client_started_total'),
  'client sent': latest('grpc_client_msg_sent_total'),
  'client received': latest('grpc_client_msg_received_total'),
  'proxy passed to servers': 'sum(envoy_cluster_grpc_request_message_count)',
  'proxy passed to clients': 'sum(envoy_cluster_grpc_response_message_count)',
  'proxy took': latest(`envoy_http_downstream_rq_total${LISTENER}`),
  'proxy sent on': latest(`envoy_cluster_upstream_rq_total${PROXY}`),
  'proxy retried': latest(`envoy_cluster_upstream_rq_retry${PROXY}`),
  'proxy rejected': `${latest(`envoy_cluster_upstream_rq_pending_overflow${PROXY}`)} + ${latest(`envoy_cluster_upstream_rq_active_overflow${PROXY}`)}`,
  'proxy saw cancelled': latest(`envoy_http_downstream_rq_rx_reset${LISTENER}`),
  'streams that ended': latest('grpc_server_stream_messages_count{direction="sent"}'),
  'server sent in streams': latest('grpc_server_stream_messages_sum{direction="sent"}'),
  'server began': latest('grpc_server_started_total'),
  'server received': latest('grpc_server_msg_received_total'),
  'server sent': latest('grpc_server_msg_sent_total'),
} as const

export type CountName = keyof typeof QUERIES
export const COUNTS = Object.keys(QUERIES) as readonly CountName[]

/** Calls that ended, by status. */
export type Codes = Readonly<Record<string, number>>

/** Who counts, and its metric of calls that ended. */
const ENDED = {
  client: 'grpc_client_handled_total',
  proxy: ENVOY_STATUSES,
  server: 'grpc_server_handled_total',
} as const
export type Part = keyof typeof ENDED
export const PARTS = Object.keys(ENDED) as readonly Part[]

export interface Counts {
  readonly counts: Readonly<Record<CountName, number>>
  readonly codes: Readonly<Record<Part, Codes>>
}

/** What all parts have counted until now: waits until Prometheus has asked each of them. */
export async function readCounts(prometheus: PrometheusClient, signal: AbortSignal): Promise<Counts> {
  await prometheus.untilScraped(signal)
  const counts = await Promise.all(
    Object.entries(QUERIES).map(async ([name, query]) => {
      const [sample] = await prometheus.query(query)
      return [name, sample?.value ?? 0] as const
    }),
  )
  const codes = await Promise.all(
    Object.entries(ENDED).map(async ([part, metric]) => {
      const samples = await prometheus.query(
        // Envoy drops these with a replaced cluster: what they were must not count as if they still were.
        part === 'proxy' ? `sum by (grpc_code) (${metric})` : latest(metric, 'grpc_code'),
      )
      return [part, Object.fromEntries(samples.map(({ labels, value }) => [labels.grpc_code ?? '', value]))]
    }),
  )
  return {
    counts: Object.fromEntries(counts) as Counts['counts'],
    codes: Object.fromEntries(codes) as Counts['codes'],
  }
}

/** What was counted between two readings. Statuses that nothing ended with are left out. */
export function between(before: Counts, after: Counts): Counts {
  return {
    counts: minus(after.counts, before.counts) as Counts['counts'],
    codes: Object.fromEntries(PARTS.map((part) => [part, codesBetween(part)])) as Counts['codes'],
  }

  function codesBetween(part: Part): Codes {
    const all = minus(after.codes[part], before.codes[part])
    return Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0))
  }
}

function minus(after: Codes, before: Codes): Codes {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]))
}
