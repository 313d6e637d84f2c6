// Measured budgets: what each layer adds to the one below it.

import type { Measured, Results } from '../../../../harness/results.ts'
import type { PairedDifference } from '../../../../harness/statistics/paired-difference.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { addedBy, turnValues } from '../turns/turn-results.ts'
import { LAYER_NAMES, type Layer } from './layers.ts'
import { type Budget, budgetId, budgetsOf } from './plan.ts'

export interface MeasuredBudget extends Budget {
  readonly rounds: readonly Measured[]
}

export function measuredBudgets(results: Pick<Results, 'runs'>): readonly MeasuredBudget[] {
  // The full profile has those of the others.
  return budgetsOf('full').flatMap((budget) => {
    const rounds = roundsOf(results, budgetId(budget))
    return rounds.length === 0 ? [] : [{ ...budget, rounds }]
  })
}

export interface LayerCost {
  readonly layer: Layer
  /** Of the layer with all below it, in milliseconds: the median over turns. */
  readonly p50: number
  /** Undefined for the lowest, whose cost is its p50. */
  readonly added: PairedDifference | undefined
  /** Its part of the whole call, from 0 to 1; undefined where it cannot be told from nothing. */
  readonly share: number | undefined
}

export function costsOf({ rounds }: Pick<MeasuredBudget, 'rounds'>): readonly LayerCost[] {
  const p50 = (layer: Layer) => median(turnValues(rounds, layer, 'p50'))
  const whole = p50('handler')
  return LAYER_NAMES.map((layer, at) => {
    const below = LAYER_NAMES[at - 1]
    const comparisons = LAYER_NAMES.length - 1
    const added = below && addedBy(rounds, 'p50', { way: layer, to: below, comparisons })
    const cost = below === undefined ? p50(layer) : added?.outcome === 'more' ? added.median : undefined
    return { layer, p50: p50(layer), added, share: cost === undefined ? undefined : cost / whole }
  })
}
