// What was measured of each mode, turn by turn, and what it adds to nothing.

import type { Measured, Results } from '../../../../harness/results.ts'
import { type PairedDifference, pairedDifference } from '../../../../harness/statistics/paired-difference.ts'
import { MODES, type Mode } from './modes.ts'
import { type MeasureName, seriesName } from './series.ts'

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

/** Each of the others is compared with the first, and with it again: all intervals hold together. */
const COMPARISONS = 2 * (MODES.length - 1)

export function addedBy(
  measured: Measured,
  mode: Pick<Mode, 'id'>,
  measure: MeasureName,
  to: 'none' | 'control' = 'none',
): PairedDifference {
  const [a, b] = [valuesOf(measured, { id: to }, measure), valuesOf(measured, mode, measure)]
  return pairedDifference(a, b, { comparisons: COMPARISONS })
}

/**
 * Whether a way costs something: only if it does against both that observe nothing. Turns of one process have in common how V8 has
 * compiled it and where its memory is, which a comparison with one other process would take for a cost.
 */
export function verdictOf(measured: Measured, mode: Pick<Mode, 'id'>, measure: MeasureName): string {
  const both = mode.id === 'control' ? (['none'] as const) : (['none', 'control'] as const)
  const found = both.map((to) => addedBy(measured, mode, measure, to))
  const levels = found.map(({ p }) => p.toPrecision(2)).join(' and ')
  const [outcome = ''] = new Set(found.map((one) => one.outcome))
  const isOne = found.every((one) => one.outcome === outcome)
  return `${isOne ? outcome : 'not distinguishable'} (p = ${levels})`
}
