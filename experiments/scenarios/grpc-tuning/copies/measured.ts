// What the runs of copies found, as numbers.

import type { Measured, Results } from '../../../../harness/results.ts'
import { quantileOver, roundsOf, spreadOver } from '../../../../harness/statistics/rounds.ts'
import { COPY_CELLS, type CopyCell, copyId, FIGURES } from './measure-copies.ts'

export interface MeasuredCopies extends CopyCell {
  readonly rounds: readonly Measured[]
  /** Nanoseconds a byte, medians over rounds. */
  readonly client: number
  readonly server: number
  readonly megabytesPerSecond: number
  /** Garbage collections for 100 MB, of both processes. */
  readonly collections: number
  /** Milliseconds. */
  readonly p50: number
}

export function measuredCopies(results: Pick<Results, 'runs'>): readonly MeasuredCopies[] {
  return COPY_CELLS.flatMap((cell) => {
    const rounds = roundsOf(results, copyId(cell))
    if (rounds.length === 0) return []
    const over = (name: string) => spreadOver(rounds, ({ figures }) => figures[name] ?? Number.NaN).median
    return [
      {
        ...{ ...cell, rounds, client: over(FIGURES.client), server: over(FIGURES.server) },
        ...{ megabytesPerSecond: over(FIGURES.rate), collections: over(FIGURES.collections) },
        p50: quantileOver(rounds, 'service', 0.5).merged,
      },
    ]
  })
}

/** Of client and server together, in nanoseconds a byte. */
export const cpuByRound = ({ rounds }: Pick<MeasuredCopies, 'rounds'>): readonly number[] =>
  rounds.map(
    ({ figures }) => (figures[FIGURES.client] ?? Number.NaN) + (figures[FIGURES.server] ?? Number.NaN),
  )
