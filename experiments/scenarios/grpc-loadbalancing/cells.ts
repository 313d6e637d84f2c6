// The measured cells of results: what checks and the report look at.

import type { Measured, Results } from '../../harness/results.ts'
import { type Cell, cellOf } from './cell.ts'

/** One cell with the measurements of its rounds; at least one. */
export interface MeasuredCell {
  readonly cell: Cell
  readonly rounds: readonly Measured[]
}

/** In the order of the plan. */
export function measuredCells({ runs }: Results): readonly MeasuredCell[] {
  const byId = Map.groupBy(
    runs.filter(({ measured }) => measured !== undefined),
    ({ id }) => id,
  )
  return [...byId].flatMap(([id, rounds]) => {
    const cell = cellOf(id)
    return cell ? [{ cell, rounds: rounds.flatMap(({ measured }) => measured ?? []) }] : []
  })
}

/** Calls that did not end with OK. */
export function failedOf({ calls, codes }: Measured): number {
  return calls - (codes.OK ?? 0)
}
