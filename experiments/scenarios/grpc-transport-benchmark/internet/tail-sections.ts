// What the report shows of loss, failures and slow servers: pools, retries and hedging.

import type { Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import {
  addedBy,
  CALLS,
  callsTo,
  differenceText,
  figureOver,
  MEASURES,
  OK,
  SENT,
  turnValues,
} from '../turns/turn-results.ts'
import {
  ATTEMPT_WAY_IDS,
  ATTEMPT_WAYS,
  ATTEMPTS,
  FAIL_PERCENT,
  HEDGE_DELAY_MS,
  HEDGING_KINDS,
  type HedgingKind,
  hedgingRun,
  RETRIES_RUN,
  SLOW_MS,
  twinOf,
} from './attempts.ts'
import { LOSS_PERCENT, NEAR_MS } from './extent.ts'
import { LATE_MS, lateShare } from './findings.ts'
import { CALLS_PER_SECOND, LOST, MESSAGE_BYTES, POOLS, poolingRun, poolWay } from './pooling.ts'

export function poolingSections(results: Results): readonly Section[] {
  const lossy = roundsOf(results, poolingRun(LOSS_PERCENT))
  const losses = [0, LOSS_PERCENT].filter((percent) => roundsOf(results, poolingRun(percent)).length > 0)
  if (losses.length === 0) return []
  return [
    {
      kind: 'curves',
      title: `One connection or several, at ${LOSS_PERCENT} % loss`,
      says: `TCP hands over bytes in order, so that behind a lost packet every call of its connection waits: of several connections, one. But a connection with little to send notices a loss later, so that a call that lost its own packet may wait longer.`,
      curves: POOLS.map((pool) => ({
        label: pool === 1 ? '1 connection' : `${pool} connections`,
        histograms: lossy.flatMap(({ histograms }) => histograms[poolWay(pool)] ?? []),
      })).filter(({ histograms }) => histograms.length > 0),
    },
    {
      kind: 'table',
      title: 'Late calls, by connections and loss',
      says: `${CALLS_PER_SECOND} calls a second of ${MESSAGE_BYTES} bytes each way over ${NEAR_MS} ms. Late is a call that took more than ${LATE_MS} ms, one round trip and a half. The difference is that of p90 to one connection, turn by turn.`,
      columns: [
        { title: 'loss', unit: '%', decimals: 0 },
        { title: 'connections', decimals: 0 },
        { title: 'packets lost', decimals: 0 },
        { title: 'late calls', unit: '%', decimals: 1 },
        { title: 'p50', unit: 'ms', decimals: 1 },
        { title: 'p90', unit: 'ms', decimals: 1 },
        { title: 'p99', unit: 'ms', decimals: 1 },
        { title: 'p90 against one connection (ms)' },
      ],
      rows: losses.flatMap((percent) =>
        POOLS.map((pool) => {
          const [rounds, way] = [roundsOf(results, poolingRun(percent)), poolWay(pool)]
          const added =
            pool === 1 ? undefined : addedBy(rounds, 'p90', { way, to: poolWay(1), comparisons: 2 })
          return [
            ...[percent, pool, figureOver(rounds, way, LOST), 100 * lateShare(results, percent, pool)],
            ...(['p50', 'p90', 'p99'] as const).map((measure) => median(turnValues(rounds, way, measure))),
            added && differenceText(added, MEASURES.p90.decimals),
          ]
        }),
      ),
    },
  ]
}

export function attemptSections(results: Results): readonly Section[] {
  const retried = roundsOf(results, RETRIES_RUN)
  return [
    ...(retried.length === 0 ? [] : [retryTable(retried)]),
    ...HEDGING_KINDS.flatMap((kind) => hedgingSections(roundsOf(results, hedgingRun(kind)), kind)),
  ]
}

function retryTable(rounds: readonly Measured[]): Section {
  return {
    kind: 'table',
    title: 'Retries: calls rescued, and attempts for them',
    says: `A server answers UNAVAILABLE to ${FAIL_PERCENT} % of its calls, over ${NEAR_MS} ms with ${LOSS_PERCENT} % loss. Attempts are counted by the server. The client retries by the \`retryPolicy\` of its service config, Envoy by \`retry\` of the rule, which a write to the control plane turns on and off.`,
    columns: [
      { title: 'way' },
      { title: 'calls', decimals: 0 },
      { title: 'failed', decimals: 0 },
      { title: 'failed', unit: '%', decimals: 1 },
      { title: 'attempts', decimals: 0 },
      { title: 'attempts a call', decimals: 2 },
      { title: 'p50', unit: 'ms', decimals: 1 },
      { title: 'p99', unit: 'ms', decimals: 1 },
    ],
    rows: ATTEMPT_WAY_IDS.map((way) => {
      const of = (name: string) => figureOver(rounds, way, name)
      const failed = of(CALLS) - of(OK)
      return [
        ATTEMPT_WAYS[way].title,
        ...[of(CALLS), failed, (100 * failed) / of(CALLS), of(ATTEMPTS), of(ATTEMPTS) / of(SENT)],
        ...(['p50', 'p99'] as const).map((measure) => median(turnValues(rounds, way, measure))),
      ]
    }),
  }
}

const KINDS: Readonly<Record<HedgingKind, { readonly title: string; readonly says: string }>> = {
  slow: {
    title: 'Hedging beside a slow server',
    says: `One of two servers takes ${SLOW_MS} ms longer for each call.`,
  },
  loss: {
    title: `Hedging against ${LOSS_PERCENT} % loss`,
    says: 'Both servers are well. A hedge goes to the other one, by another connection.',
  },
}

function hedgingSections(rounds: readonly Measured[], kind: HedgingKind): readonly Section[] {
  if (rounds.length === 0) return []
  const { title, says } = KINDS[kind]
  return [
    {
      kind: 'curves',
      title,
      says: `${says} A call without an answer after ${HEDGE_DELAY_MS} ms is sent again, and the first answer counts. Envoy adds a back-off of up to 25 ms.`,
      curves: ATTEMPT_WAY_IDS.map((way) => ({
        label: ATTEMPT_WAYS[way].title,
        histograms: rounds.flatMap(({ histograms }) => histograms[way] ?? []),
      })),
    },
    {
      kind: 'table',
      title: `${title}: what it saves and what it costs`,
      says: 'The difference is that of p99 to the twin with one attempt, turn by turn.',
      columns: [
        { title: 'way' },
        { title: 'p50', unit: 'ms', decimals: 1 },
        { title: 'p99', unit: 'ms', decimals: 1 },
        { title: 'p99 against one attempt (ms)' },
        { title: 'attempts a call', decimals: 2 },
        { title: 'answered by the second server', unit: '%', decimals: 0 },
      ],
      rows: ATTEMPT_WAY_IDS.map((way) => {
        const of = (name: string) => figureOver(rounds, way, name)
        const added = ATTEMPT_WAYS[way].on
          ? addedBy(rounds, 'p99', { way, to: twinOf(way), comparisons: 2 })
          : undefined
        const bySecond = Number.isNaN(of(callsTo('b2'))) ? 0 : of(callsTo('b2'))
        return [
          ATTEMPT_WAYS[way].title,
          ...(['p50', 'p99'] as const).map((measure) => median(turnValues(rounds, way, measure))),
          added && differenceText(added, 1),
          of(ATTEMPTS) / of(SENT),
          (100 * bySecond) / of(OK),
        ]
      }),
    },
  ]
}
