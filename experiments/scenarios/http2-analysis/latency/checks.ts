// What must hold of the loads, on any machine: that they are what they say, and what follows from protocols alone.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { meanOver, totalOver } from '../../../../harness/statistics/rounds.ts'
import { type MeasuredCell, measuredCells } from './cells.ts'
import { LOADED_WAYS } from './matrix.ts'
import { FIGURES } from './measure.ts'

const ROW = 'O2.6'

const nameOf = ({ name, body, concurrency }: MeasuredCell) =>
  `${LOADED_WAYS[name].title}, ${body}, ${concurrency} at a time`

export function checksOf(results: Results): readonly Check[] {
  const cells = measuredCells(results)
  return [
    check(
      ROW,
      'Every call is answered in full, at each concurrency',
      cells.map((cell) => {
        const [calls, failed] = [
          totalOver(cell.rounds, ({ calls }) => calls),
          totalOver(cell.rounds, failedOf),
        ]
        return {
          fact: `${nameOf(cell)}: ${failed} of ${calls} calls failed`,
          holds: calls > 0 && failed === 0,
        }
      }),
    ),
    check(
      ROW,
      'HTTP/1.1 needs a connection for each call at a time, or makes calls wait for one; HTTP/2 and gRPC need one connection',
      cells.flatMap((cell) =>
        cell.rounds.map(({ figures }) => {
          const opened = figures[FIGURES.connections]
          return {
            fact: `${nameOf(cell)}: ${opened} connections`,
            holds: opened === LOADED_WAYS[cell.name].connections(cell.concurrency),
          }
        }),
      ),
    ),
    check(
      ROW,
      'In a closed loop, calls a second times mean latency is the concurrency, so that more calls at a time wait longer',
      cells.flatMap((cell) =>
        cell.rounds.map(({ figures, seconds }) => {
          // A call that began before the window or ended after it is counted wholly or not at all: one for each caller.
          const atOnce = (figures[FIGURES.sum] ?? Number.NaN) / (1_000 * seconds)
          const mostOff = (cell.concurrency * (figures[FIGURES.longest] ?? Number.NaN)) / (1_000 * seconds)
          return {
            fact: `${nameOf(cell)}: ${atOnce.toFixed(1)} at a time, exact to ${mostOff.toFixed(1)}`,
            holds: Math.abs(atOnce - cell.concurrency) <= mostOff,
          }
        }),
      ),
    ),
    check(
      ROW,
      'A small call takes fewer bytes in HTTP/2 than in HTTP/1.1',
      cells.flatMap((cell) => {
        const other = cells.find(
          ({ name, body, concurrency }) =>
            name === 'http1' && body === cell.body && concurrency === cell.concurrency,
        )
        if (cell.name !== 'http2' || cell.body !== 'small' || other === undefined) return []
        const [http2, http1] = [bytesOf(cell), bytesOf(other)]
        return [
          {
            fact: `${cell.concurrency} at a time: ${http2.toFixed(0)} bytes and ${http1.toFixed(0)} bytes`,
            holds: http2 < http1,
          },
        ]
      }),
    ),
  ]
}

/** Of a call, both ways. */
export function bytesOf({ rounds }: Pick<MeasuredCell, 'rounds'>): number {
  return meanOver(
    rounds,
    ({ figures }) => (figures[FIGURES.bytesIn] ?? Number.NaN) + (figures[FIGURES.bytesOut] ?? Number.NaN),
  )
}
