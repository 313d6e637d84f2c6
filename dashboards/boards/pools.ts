// Connections of clients, proxy and servers: open, made, failed, and the calls that wait for one.

import { type Board, rate } from './board.ts'

const UPSTREAM = 'envoy_cluster_name'
const OURS = `${UPSTREAM}!="xds_cluster"`
const LEGEND = `{{${UPSTREAM}}}`

export const POOLS: Board = {
  id: 'switchyard-pools',
  title: 'gRPC: connections and pools',
  description: 'HTTP/2 puts many calls on a connection: a pool is small, until it is full.',
  rows: [
    {
      title: 'Clients',
      panels: [
        {
          title: 'Connections of clients by state',
          says: 'TRANSIENT_FAILURE: nobody accepts. CONNECTING for long: a firewall, or a backend that does not answer.',
          kind: 'lines',
          unit: 'count',
          queries: [{ expr: 'sum by (state) (grpc_client_connections)', legend: '{{state}}' }],
        },
        {
          title: 'Calls of clients: on a connection, waiting',
          says: 'Waiting: no connection is ready. Attempts of retries and hedges are on connections too.',
          kind: 'lines',
          unit: 'count',
          queries: [
            { expr: 'sum(grpc_client_streams_active)', legend: 'active' },
            {
              expr: 'clamp_min(sum(grpc_client_in_progress) - sum(grpc_client_streams_active), 0)',
              legend: 'waiting',
            },
          ],
        },
        {
          title: 'Connections that clients made, and could not make',
          says: 'Many that are made: something closes them, such as an age limit or an idle timeout.',
          kind: 'lines',
          unit: 'a second',
          queries: [
            {
              expr: rate('grpc_client_connections_made_total', 'grpc_target'),
              legend: '{{grpc_target}}, made',
            },
            {
              expr: rate('grpc_client_connections_failed_total', 'grpc_target'),
              legend: '{{grpc_target}}, failed',
            },
          ],
        },
      ],
    },
    {
      title: 'Proxy',
      panels: [
        {
          title: 'Connections of the proxy',
          says: 'To endpoints, by upstream, and from clients.',
          kind: 'lines',
          unit: 'count',
          queries: [
            {
              expr: `sum by (${UPSTREAM}) (envoy_cluster_upstream_cx_active{${OURS}})`,
              legend: `to ${LEGEND}`,
            },
            {
              expr: 'sum(envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix!="admin"})',
              legend: 'from clients',
            },
          ],
        },
        {
          title: 'Calls in the pool of the proxy',
          says: 'Pending calls wait for a connection, or for room on one: raise the limits of the upstream, or add endpoints.',
          kind: 'lines',
          unit: 'count',
          queries: [
            {
              expr: `sum by (${UPSTREAM}) (envoy_cluster_upstream_rq_active{${OURS}})`,
              legend: `${LEGEND}, active`,
            },
            {
              expr: `sum by (${UPSTREAM}) (envoy_cluster_upstream_rq_pending_active{${OURS}})`,
              legend: `${LEGEND}, pending`,
            },
          ],
        },
        {
          title: 'Connections that the proxy made, and could not make',
          says: 'Failed: an endpoint does not accept. Limit: the circuit breaker of the upstream allows no more.',
          kind: 'lines',
          unit: 'a second',
          queries: [
            { expr: rate(`envoy_cluster_upstream_cx_total{${OURS}}`, UPSTREAM), legend: `${LEGEND}, made` },
            {
              expr: rate(`envoy_cluster_upstream_cx_connect_fail{${OURS}}`, UPSTREAM),
              legend: `${LEGEND}, failed`,
            },
            {
              expr: rate(`envoy_cluster_upstream_cx_overflow{${OURS}}`, UPSTREAM),
              legend: `${LEGEND}, limit`,
            },
          ],
        },
      ],
    },
    {
      title: 'Servers',
      panels: [
        {
          title: 'Open connections of servers',
          says: 'From proxies, or from clients without one.',
          kind: 'lines',
          unit: 'count',
          queries: [{ expr: 'sum by (instance) (grpc_server_connections_open)', legend: '{{instance}}' }],
        },
        {
          title: 'Connections that servers accepted',
          says: 'A steady rate is churn: each new connection costs a handshake.',
          kind: 'lines',
          unit: 'a second',
          queries: [
            { expr: rate('grpc_server_connections_accepted_total', 'instance'), legend: '{{instance}}' },
          ],
        },
      ],
    },
  ],
}
