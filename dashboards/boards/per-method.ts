// Each method of each service: rate, errors, latency, and calls in progress.

import { type Board, quantile, type Row, rate, SERVICE, sumBy } from './board.ts'
import { ENVOY_STATUSES } from './envoy-statuses.ts'

const METHOD = ['grpc_service', 'grpc_method'] as const
const LEGEND = '{{grpc_service}}/{{grpc_method}}'
const SIDES = ['client', 'server'] as const

/** By `filters.grpcStats` of the fleet. */
const PROXY: Row = {
  title: 'Proxy',
  panels: [
    {
      title: 'Calls of the proxy by method',
      says: 'Calls that ended, of all its clients.',
      kind: 'lines',
      unit: 'calls a second',
      queries: [{ expr: rate(`${ENVOY_STATUSES}{${SERVICE}}`, ...METHOD), legend: LEGEND }],
    },
    {
      title: 'Errors of the proxy by method and status',
      says: 'What its clients get: calls that it rejects are in it, failures that a retry has repaired are not.',
      kind: 'lines',
      unit: 'calls a second',
      queries: [
        {
          expr: rate(`${ENVOY_STATUSES}{grpc_code!="OK",${SERVICE}}`, ...METHOD, 'grpc_code'),
          legend: `${LEGEND} {{grpc_code}}`,
        },
      ],
    },
    {
      title: 'Latency of the upstream by method, p95',
      says: 'As the proxy measures it.',
      kind: 'lines',
      unit: 'seconds',
      queries: [
        {
          expr: `${quantile(0.95, 'envoy_cluster_grpc_upstream_rq_time', SERVICE, ...METHOD)} / 1000`,
          legend: LEGEND,
        },
      ],
    },
  ],
}

export const PER_METHOD: Board = {
  id: 'switchyard-per-method',
  title: 'gRPC: by method',
  description: 'Which method is called how often, fails, or is slow, for clients, proxy and servers.',
  rows: [...SIDES.map(sideRow), PROXY],
}

function sideRow(side: (typeof SIDES)[number]): Row {
  return {
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
  }
}
