// RED: rate, errors and duration of gRPC calls, as client, proxy and servers see them.

import { type Board, quantile, rate, SERVICE } from './board.ts'
import { ENVOY_STATUSES } from './envoy-statuses.ts'

const QUANTILES = [0.5, 0.95, 0.99] as const
const SIDES = ['client', 'server'] as const

export const RED: Board = {
  id: 'switchyard-red',
  title: 'gRPC: rate, errors, duration',
  description:
    'Calls as client, proxy and servers see them. Where the three differ, something between them is at work.',
  rows: [
    {
      title: 'What users get',
      panels: [
        {
          title: 'Successful calls of clients',
          says: 'The share of calls that ended with OK, of all that ended. This is what an objective is about: servers do not see what never reached them.',
          kind: 'value',
          unit: 'share',
          queries: [
            {
              expr: `sum(increase(grpc_client_handled_total{grpc_code="OK",${SERVICE}}[$__range])) / sum(increase(grpc_client_handled_total{${SERVICE}}[$__range]))`,
              legend: 'OK',
            },
          ],
          thresholds: [
            { from: 0, color: 'red' },
            { from: 0.99, color: 'orange' },
            { from: 0.999, color: 'green' },
          ],
        },
        {
          title: 'Errors of clients by status',
          says: 'UNAVAILABLE: nobody answered. DEADLINE_EXCEEDED: too late. RESOURCE_EXHAUSTED: a limit. UNAUTHENTICATED and PERMISSION_DENIED: the caller.',
          kind: 'lines',
          unit: 'calls a second',
          queries: [
            {
              expr: rate(`grpc_client_handled_total{grpc_code!="OK",${SERVICE}}`, 'grpc_code'),
              legend: '{{grpc_code}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Rate',
      panels: [
        {
          title: 'Calls',
          says: 'Servers above clients: retries or hedges. Clients above the proxy: calls that reach nobody. Proxy above servers: calls that the proxy rejects.',
          kind: 'lines',
          unit: 'calls a second',
          queries: [
            { expr: rate(`grpc_client_started_total{${SERVICE}}`), legend: 'clients' },
            {
              expr: rate('envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix!="admin"}'),
              legend: 'proxy, taken',
            },
            {
              expr: rate('envoy_cluster_upstream_rq_total{envoy_cluster_name!="xds_cluster"}'),
              legend: 'proxy, sent on',
            },
            { expr: rate(`grpc_server_started_total{${SERVICE}}`), legend: 'servers' },
          ],
        },
        {
          title: 'Calls in progress',
          says: 'Grows without bounds where answers come slower than calls.',
          kind: 'lines',
          unit: 'count',
          queries: [
            ...SIDES.map((side) => ({
              expr: `sum(grpc_${side}_in_progress{${SERVICE}})`,
              legend: `${side}s`,
            })),
            {
              expr: 'sum(envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix!="admin"})',
              legend: 'proxy',
            },
          ],
        },
      ],
    },
    {
      title: 'Errors',
      panels: [
        {
          title: 'Share of errors',
          says: 'Of the calls that ended. Servers above clients: retries hide it. Clients above servers: it happens before the servers.',
          kind: 'lines',
          unit: 'share',
          queries: SIDES.map((side) => ({
            expr: `${rate(`grpc_${side}_handled_total{grpc_code!="OK",${SERVICE}}`)} / ${rate(`grpc_${side}_handled_total{${SERVICE}}`)}`,
            legend: `${side}s`,
          })),
        },
        {
          title: 'Errors of the proxy by status',
          says: 'What its callers get, by `filters.grpcStats`. UNAVAILABLE beside healthy servers: it rejects, or cannot connect.',
          kind: 'lines',
          unit: 'calls a second',
          queries: [
            {
              expr: rate(`${ENVOY_STATUSES}{grpc_code!="OK",${SERVICE}}`, 'grpc_code'),
              legend: '{{grpc_code}}',
            },
          ],
        },
        {
          title: 'What the proxy does about calls',
          says: 'Retried: a failed call is sent again. Rejected: a circuit breaker had no room. Cancelled: the client left.',
          kind: 'lines',
          unit: 'calls a second',
          queries: [
            {
              expr: rate('envoy_cluster_upstream_rq_retry{envoy_cluster_name!="xds_cluster"}'),
              legend: 'retried',
            },
            {
              expr: `${rate('envoy_cluster_upstream_rq_pending_overflow')} + ${rate('envoy_cluster_upstream_rq_active_overflow')}`,
              legend: 'rejected',
            },
            {
              expr: rate('envoy_http_downstream_rq_rx_reset{envoy_http_conn_manager_prefix!="admin"}'),
              legend: 'cancelled',
            },
          ],
        },
      ],
    },
    {
      title: 'Duration',
      panels: [
        ...SIDES.map((side) => ({
          title: `Latency of ${side}s`,
          says:
            side === 'client'
              ? 'From the call of the program to its status: network, proxy, retries and waiting for a connection included.'
              : 'From the headers of a call to its status, without network and proxy. Points are exemplars: they lead to traces.',
          kind: 'lines' as const,
          unit: 'seconds' as const,
          exemplars: true,
          queries: QUANTILES.map((one) => ({
            expr: quantile(one, `grpc_${side}_handling_seconds`, SERVICE),
            legend: `p${one * 100}`,
          })),
        })),
        {
          title: 'Latency of servers, all of it',
          says: 'Each column is a time, each row a bucket, and the color is the rate. Two bands are two kinds of calls: look at them by method.',
          kind: 'heatmap',
          unit: 'seconds',
          queries: [
            { expr: rate(`grpc_server_handling_seconds_bucket{${SERVICE}}`, 'le'), legend: '{{le}}' },
          ],
        },
        {
          title: 'Latency of the proxy',
          says: 'From the last byte of a request to the first of its answer, by upstream. Envoy has no exemplars.',
          kind: 'lines',
          unit: 'seconds',
          queries: QUANTILES.map((one) => ({
            expr: `${quantile(one, 'envoy_cluster_upstream_rq_time', 'envoy_cluster_name!="xds_cluster"')} / 1000`,
            legend: `p${one * 100}`,
          })),
        },
      ],
    },
  ],
}
