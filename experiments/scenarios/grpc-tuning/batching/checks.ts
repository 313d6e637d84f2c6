// What must hold of rows on any machine: each is acknowledged once, and what follows from batches and round trips alone.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { WAYS } from '../../../../testbed/data-peers/rows/ways.ts'
import { FAR_LINK, ROWS_PER_SECOND } from './cells.ts'
import { FIGURES } from './measure-rows.ts'
import { figureOf, type MeasuredRows, measuredRows } from './measured.ts'

const ROW = 'O7.6'
const BATCHES = ['batch-1', 'batch-10', 'batch-100', 'batch-1000'] as const

const nameOf = ({ way, demand }: MeasuredRows) => `${WAYS[way].title}, ${demand}`

export function checksOf(results: Results): readonly Check[] {
  const all = measuredRows(results)
  return [
    check(
      ROW,
      'Each row that was sent is acknowledged, by every way',
      all.flatMap((one) =>
        one.rounds.map((round) => {
          const [rows, got] = [figureOf(round, FIGURES.rows), figureOf(round, FIGURES.acknowledged)]
          return { fact: `${nameOf(one)}: ${got} of ${rows}`, holds: rows > 0 && got === rows }
        }),
      ),
    ),
    check(
      ROW,
      'A batch is one call for all its rows, and a stream one call for all rows',
      all.flatMap((one) =>
        one.rounds.map((round) => {
          const [rows, calls] = [figureOf(round, FIGURES.rows), figureOf(round, FIGURES.calls)]
          const { unit, method } = WAYS[one.way]
          const isStream = method === 'writeStream' || method === 'writeAcknowledged'
          return {
            fact: `${nameOf(one)}: ${calls} calls for ${rows} rows`,
            holds: calls === (isStream ? 1 : rows / unit),
          }
        }),
      ),
    ),
    check(
      ROW,
      'Ten times the rows in a batch are fewer bytes a row, and so is a stream than a call a row',
      [
        ...BATCHES.slice(1).map((way, at) => [BATCHES[at], way] as const),
        ...[['unary', 'client-stream'] as const],
      ].flatMap(([more, fewer]) => {
        const find = (way: string | undefined) => all.find((one) => one.demand === 'paced' && one.way === way)
        const [a, b] = [find(more), find(fewer)]
        if (a === undefined || b === undefined) return []
        return [
          {
            fact: `${WAYS[a.way].title}: ${a.bytes.toFixed(0)} bytes, ${WAYS[b.way].title}: ${b.bytes.toFixed(0)}`,
            holds: b.bytes < a.bytes,
          },
        ]
      }),
    ),
    check(
      ROW,
      'Rows of a batch wait for its last one: on average for half of the batch',
      all
        .filter(({ demand, way }) => demand === 'paced' && WAYS[way].unit > 1)
        .flatMap((one) =>
          one.rounds.map((round) => {
            const mean = figureOf(round, FIGURES.mean)
            const least = leastWaitMs(WAYS[one.way].unit)
            return {
              fact: `${nameOf(one)}: ${mean.toFixed(1)} ms, at least ${least.toFixed(1)} ms`,
              holds: mean >= least,
            }
          }),
        ),
    ),
    check(
      ROW,
      'One message at a time is at most one a round trip',
      all
        .filter(({ demand, way }) => demand === 'far' && WAYS[way].atOnce === 1)
        .flatMap((one) =>
          one.rounds.map((round) => {
            const rate = figureOf(round, FIGURES.perSecond)
            const most = (1_000 * WAYS[one.way].unit) / FAR_LINK.rttMs
            return {
              fact: `${nameOf(one)}: ${rate.toFixed(0)} rows a second, at most ${most.toFixed(0)}`,
              holds: rate <= most,
            }
          }),
        ),
    ),
  ]
}

/** Milliseconds that rows wait on average for the last one of their batch, at the rate at which they come. */
export const leastWaitMs = (unit: number): number => (1_000 * (unit - 1)) / (2 * ROWS_PER_SECOND)
