// The measured cells of the matrix.

import type { Measured, Results } from '../../../../harness/results.ts'
import { measuredRuns } from '../../../../harness/statistics/rounds.ts'
import { BODIES, type BodyName, cellId, type LoadedCell, WAY_NAMES } from './matrix.ts'

export interface MeasuredCell extends LoadedCell {
  readonly rounds: readonly Measured[]
}

export function measuredCells(results: Pick<Results, 'runs'>): readonly MeasuredCell[] {
  return measuredRuns(results).flatMap(({ id, labels, rounds }) => {
    const concurrency = Number(labels.concurrency)
    return (Object.keys(BODIES) as BodyName[]).flatMap((body) =>
      WAY_NAMES.map((name) => ({ name, body, concurrency })).flatMap((cell) =>
        cellId(cell) === id ? [{ ...cell, rounds }] : [],
      ),
    )
  })
}
