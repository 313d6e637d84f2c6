// Streams: how many are open, what passes on them, and how much each has carried.

import { type Board, quantile, rate, SERVICE, sumBy } from './board.ts'

const METHOD = ['grpc_service', 'grpc_method'] as const
const LEGEND = '{{grpc_service}}/{{grpc_method}}'
const STREAMS = `grpc_type!="unary",${SERVICE}`
const DIRECTIONS = [
  ['received', 'grpc_server_msg_received_total'],
  ['sent', 'grpc_server_msg_sent_total'],
] as const

export const STREAMS_BOARD: Board = {
  id: 'switchyard-streams',
  title: 'gRPC: streams',
  description:
    'A stream is one call with one status, however long it lives: what matters is what passes on it.',
  rows: [
    {
      title: 'Streams',
      panels: [
        {
          title: 'Open streams of servers',
          says: 'By method. They are not spread again when a backend is added: only new streams go there.',
          kind: 'lines',
          unit: 'count',
          queries: [{ expr: `${sumBy(METHOD)}(grpc_server_in_progress{${STREAMS}})`, legend: LEGEND }],
        },
        {
          title: 'Open streams by server',
          says: 'Uneven where streams live long.',
          kind: 'lines',
          unit: 'count',
          queries: [
            { expr: `${sumBy(['instance'])}(grpc_server_in_progress{${STREAMS}})`, legend: '{{instance}}' },
          ],
        },
        {
          title: 'Streams that ended, by status',
          says: 'CANCELLED is how many clients end a stream that they do not need any more.',
          kind: 'lines',
          unit: 'a second',
          queries: [
            { expr: rate(`grpc_server_handled_total{${STREAMS}}`, 'grpc_code'), legend: '{{grpc_code}}' },
          ],
        },
      ],
    },
    {
      title: 'Messages',
      panels: [
        ...DIRECTIONS.map(([direction, series]) => ({
          title: `Messages that servers ${direction}`,
          says: '0 while streams are open: nothing passes. A client that does not read stops the sender.',
          kind: 'lines' as const,
          unit: 'a second' as const,
          queries: [{ expr: rate(`${series}{${STREAMS}}`, ...METHOD), legend: LEGEND }],
        })),
        {
          title: 'Messages that the proxy passed on',
          says: 'Of all calls, by `filters.grpcStats`.',
          kind: 'lines',
          unit: 'a second',
          queries: [
            { expr: rate(`envoy_cluster_grpc_request_message_count{${SERVICE}}`), legend: 'to servers' },
            { expr: rate(`envoy_cluster_grpc_response_message_count{${SERVICE}}`), legend: 'to clients' },
          ],
        },
        {
          title: 'Messages on a stream',
          says: 'By the time it ends, as the server counts them.',
          kind: 'lines',
          unit: 'count',
          queries: [0.5, 0.99].map((one) => ({
            expr: quantile(one, 'grpc_server_stream_messages', SERVICE, 'direction'),
            legend: `{{direction}}, p${one * 100}`,
          })),
        },
      ],
    },
  ],
}
