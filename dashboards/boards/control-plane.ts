// The control plane: nodes, pushes, how long ACKs take, NACKs, revisions and REST.

import { type Board, quantile, rate } from './board.ts'

const QUANTILES = [0.5, 0.99] as const

export const CONTROL_PLANE: Board = {
  id: 'switchyard-control-plane',
  title: 'Switchyard: control plane',
  description: 'Whether configuration reaches the nodes, how fast, and what they think of it.',
  rows: [
    {
      title: 'Nodes',
      panels: [
        {
          title: 'Nodes by state',
          says: 'All should be SYNCED. STALE for long: a node does not answer. NACKED: `yard status` has its text.',
          kind: 'lines',
          unit: 'count',
          queries: [{ expr: 'sum by (fleet, state) (switchyard_nodes)', legend: '{{fleet}}, {{state}}' }],
        },
        {
          title: 'xDS streams',
          says: 'One for each connected node, on ADS.',
          kind: 'lines',
          unit: 'count',
          queries: [{ expr: 'sum(switchyard_xds_streams)', legend: 'open' }],
        },
        {
          title: 'Revisions',
          says: 'In force above accepted for long: a rollout that nobody ends, because a node does not answer.',
          kind: 'lines',
          unit: 'count',
          queries: [
            { expr: 'max(switchyard_revision)', legend: 'in force' },
            { expr: 'max(switchyard_revision_accepted)', legend: 'accepted' },
          ],
        },
      ],
    },
    {
      title: 'Pushes',
      panels: [
        {
          title: 'Pushes by type',
          says: 'Responses, all nodes together.',
          kind: 'lines',
          unit: 'a second',
          queries: [{ expr: rate('switchyard_xds_pushes_total', 'type'), legend: '{{type}}' }],
        },
        {
          title: 'Time of an ACK by type',
          says: 'From a response to its ACK. Clusters and listeners take as long as Envoy needs to build them.',
          kind: 'lines',
          unit: 'seconds',
          queries: QUANTILES.map((one) => ({
            expr: quantile(one, 'switchyard_xds_ack_duration_seconds', '', 'type'),
            legend: `{{type}}, p${one * 100}`,
          })),
        },
        {
          title: 'ACKs and NACKs',
          says: 'A NACK is a response that a node rejected: its revision is rolled back, or the node is marked.',
          kind: 'lines',
          unit: 'a second',
          queries: [
            { expr: rate('switchyard_xds_acks_total', 'fleet'), legend: '{{fleet}}, ACKs' },
            {
              expr: rate('switchyard_xds_nacks_total', 'fleet', 'type'),
              legend: '{{fleet}}, NACKs of {{type}}',
            },
          ],
        },
      ],
    },
    {
      title: 'REST',
      panels: [
        {
          title: 'REST calls by status',
          says: '409: a node NACKed the change. 504: nobody answered in time. 401 and 403: tokens.',
          kind: 'lines',
          unit: 'calls a second',
          queries: [
            { expr: rate('switchyard_rest_request_duration_seconds_count', 'status'), legend: '{{status}}' },
          ],
        },
        {
          title: 'Time of writes',
          says: 'With their wait for the nodes, if they ask for it.',
          kind: 'lines',
          unit: 'seconds',
          queries: QUANTILES.map((one) => ({
            expr: quantile(
              one,
              'switchyard_rest_request_duration_seconds',
              'method=~"PUT|PATCH|POST"',
              'method',
            ),
            legend: `{{method}}, p${one * 100}`,
          })),
        },
      ],
    },
  ],
}
