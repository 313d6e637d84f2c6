// The measured changes of results: what checks and the report look at.

import type { Measured, Results } from '../../../../harness/results.ts'
import { measuredRuns, totalOver } from '../../../../harness/statistics/rounds.ts'
import { failedFigure, shareFigure } from './figures.ts'

/** The id of a run: `change.CHANGE.WAY`. */
export function changeId(change: string, way: string): string {
  return `change.${change}.${way}`
}

/** One change of one way; with one round at least. */
export interface MeasuredChange {
  /** The id of the change. */
  readonly change: string
  /** The id of the way. */
  readonly way: string
  /** The title of the way. */
  readonly name: string
  /** What happens. */
  readonly title: string
  readonly rounds: readonly Measured[]
}

/** In the order of the plan. */
export function measuredChanges(results: Results): readonly MeasuredChange[] {
  return measuredRuns(results)
    .filter(({ id }) => id.startsWith('change.'))
    .map(({ id, labels, rounds }) => {
      const [, change = '', way = ''] = id.split('.')
      const { way: name = way, change: title = change } = labels
      return { change, way, name, title, rounds }
    })
}

export interface Phase {
  readonly calls: number
  readonly failed: number
}

/** All rounds of a phase together. */
export function phaseOf({ rounds }: MeasuredChange, phase: string): Phase {
  const sum = (figure: string) => totalOver(rounds, ({ figures }) => figures[figure] ?? 0)
  return { calls: sum(`calls ${phase}`), failed: sum(failedFigure(phase)) }
}

/** Calls of a backend in a phase of all rounds. */
export function callsOf({ rounds }: MeasuredChange, id: string, phase: string): number {
  const of = ({ figures }: Measured) =>
    ((figures[shareFigure(id, phase)] ?? 0) / 100) * (figures[`calls ${phase}`] ?? 0)
  return Math.round(totalOver(rounds, of))
}

/** The mean over the rounds that have it. */
export function meanOf({ rounds }: MeasuredChange, figure: string): number | undefined {
  const values = rounds.flatMap(({ figures }) => figures[figure] ?? [])
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
