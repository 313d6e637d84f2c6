// The measured cells of results: what checks and the report look at.

import type { Measured, Results } from '../../../harness/results.ts'
import { failedOf } from '../../../harness/statistics/round.ts'
import { measuredRuns, totalOver } from '../../../harness/statistics/rounds.ts'
import { type Cell, cellOf } from './cell.ts'

/** One cell with the measurements of its rounds; at least one. */
export interface MeasuredCell {
  readonly cell: Cell
  readonly rounds: readonly Measured[]
}

/** In the order of the plan. */
export function measuredCells(results: Results): readonly MeasuredCell[] {
  return measuredRuns(results).flatMap(({ id, rounds }) => {
    const cell = cellOf(id)
    return cell ? [{ cell, rounds }] : []
  })
}

/** Of all rounds. The fact says both numbers. */
export function failuresOf({ rounds }: Pick<MeasuredCell, 'rounds'>) {
  const calls = totalOver(rounds, (round) => round.calls)
  const failed = totalOver(rounds, failedOf)
  return { calls, failed, fact: `${failed} of ${calls} calls failed` }
}
