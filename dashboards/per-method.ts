// Each method of each service: rate, errors, latency, and calls in progress.

import { type Board, quantile, rate, SERVICE, sumBy } from './board.ts'

const METHOD = ['grpc_service', 'grpc_method'] as const
const LEGEND = '{{grpc_service}}/{{grpc_method}}'
const SIDES = ['client', 'server'] as const

export const PER_METHOD: Board = {
  id: 'switchyard-per-method',
  title: 'gRPC: by method',
  description: 'Which method is called how often, fails, or is slow, for clients and for servers.',
  rows: SIDES.map((side) => ({
    title: side === 'client' ? 'Clients' : 'Servers',
    panels: [
      {
        title: `Calls of ${side}s by method`,
        says: 'Calls that began.',
        kind: 'lines',
        unit: 'calls a second',
        queries: [{ expr: rate(`grpc_${side}_started_total{${SERVICE}}`, ...METHOD), legend: LEGEND }],
      },
      {
        title: `Errors of ${side}s by method and status`,
        says: 'Calls that ended with another status than OK.',
        kind: 'lines',
        unit: 'calls a second',
        queries: [
          {
            expr: rate(`grpc_${side}_handled_total{grpc_code!="OK",${SERVICE}}`, ...METHOD, 'grpc_code'),
            legend: `${LEGEND} {{grpc_code}}`,
          },
        ],
      },
      {
        title: `Share of errors of ${side}s by method`,
        says: 'Of the calls that ended. A method without errors is at 0.',
        kind: 'lines',
        unit: 'share',
        queries: [
          {
            expr: `1 - (${rate(`grpc_${side}_handled_total{grpc_code="OK",${SERVICE}}`, ...METHOD)} or 0 * ${rate(`grpc_${side}_handled_total{${SERVICE}}`, ...METHOD)}) / ${rate(`grpc_${side}_handled_total{${SERVICE}}`, ...METHOD)}`,
            legend: LEGEND,
          },
        ],
      },
      {
        title: `Latency of ${side}s by method, p95`,
        says: 'Streams last as long as somebody keeps them open: look at their messages instead.',
        kind: 'lines',
        unit: 'seconds',
        exemplars: true,
        queries: [
          { expr: quantile(0.95, `grpc_${side}_handling_seconds`, SERVICE, ...METHOD), legend: LEGEND },
        ],
      },
      {
        title: `Calls in progress of ${side}s by method`,
        says: 'Calls that have begun and not ended.',
        kind: 'lines',
        unit: 'count',
        queries: [{ expr: `${sumBy(METHOD)}(grpc_${side}_in_progress{${SERVICE}})`, legend: LEGEND }],
      },
    ],
  })),
}
