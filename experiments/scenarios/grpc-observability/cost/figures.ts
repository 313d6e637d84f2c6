// What was measured of each mode, turn by turn, and what it adds to nothing.

import type { Measured, Results } from '../../../harness/results.ts'
import { type PairedDifference, pairedDifference } from '../../../harness/statistics/paired-difference.ts'
import { type MeasureName, seriesName } from './measure-cost.ts'
import { MODES, type Mode } from './modes.ts'

export const RUN = 'cost.all'

export function measuredIn({ runs }: Pick<Results, 'runs'>): Measured | undefined {
  return runs.find(({ id, measured }) => id === RUN && measured !== undefined)?.measured
}

export function valuesOf(
  { series = [] }: Measured,
  mode: Pick<Mode, 'id'>,
  measure: MeasureName,
): readonly number[] {
  return series.find(({ name }) => name === seriesName(mode, measure))?.points.map(([, value]) => value) ?? []
}

/** All but the first are compared with it: their intervals hold together. */
const COMPARISONS = MODES.length - 1

export function addedBy(measured: Measured, mode: Pick<Mode, 'id'>, measure: MeasureName): PairedDifference {
  const options = { comparisons: COMPARISONS }
  return pairedDifference(
    valuesOf(measured, { id: 'none' }, measure),
    valuesOf(measured, mode, measure),
    options,
  )
}
