// What the runs of rows found, as numbers.

import type { Measured, Results } from '../../../../harness/results.ts'
import { quantileOver, roundsOf, type Spread, spreadOver } from '../../../../harness/statistics/rounds.ts'
import { type Demand, type RowCell, rowCells, rowId } from './cells.ts'
import { FIGURES, LATENCY } from './measure-rows.ts'

type Runs = Pick<Results, 'runs' | 'profile'>

export interface MeasuredRows extends RowCell {
  readonly rounds: readonly Measured[]
  readonly perSecond: Spread
  /** Milliseconds, of all rounds. */
  readonly p50: number
  readonly p99: number
  /** Microseconds a row. */
  readonly client: number
  readonly server: number
  readonly bytes: number
}

export const figureOf = ({ figures }: Pick<Measured, 'figures'>, name: string): number =>
  figures[name] ?? Number.NaN

export function measuredRows(results: Runs, demand?: Demand): readonly MeasuredRows[] {
  return rowCells(results.profile).flatMap((cell) => {
    const rounds = roundsOf(results, rowId(cell))
    if (rounds.length === 0 || (demand !== undefined && cell.demand !== demand)) return []
    const over = (name: string) => spreadOver(rounds, (round) => figureOf(round, name))
    return [
      {
        ...{ ...cell, rounds, perSecond: over(FIGURES.perSecond) },
        p50: quantileOver(rounds, LATENCY, 0.5).merged,
        p99: quantileOver(rounds, LATENCY, 0.99).merged,
        client: over(FIGURES.client).median,
        server: over(FIGURES.server).median,
        bytes: over(FIGURES.bytes).median,
      },
    ]
  })
}

/** Of client and server together, in microseconds a row. */
export const cpuByRound = ({ rounds }: Pick<MeasuredRows, 'rounds'>): readonly number[] =>
  rounds.map((round) => figureOf(round, FIGURES.client) + figureOf(round, FIGURES.server))
