// What one configuration adds to another, from pairs that were measured one after the other: what slows both cancels out.

import { medianInterval } from '../../testbed/measure/statistics.ts'
import { ALPHA } from './verdict.ts'

export interface PairedDifference {
  /** Of `b` minus `a`, over the pairs. */
  readonly median: number
  /** Contain the median behind the pairs with the confidence that was asked for; with too few pairs, the whole range. */
  readonly low: number
  readonly high: number
  /** Two-sided, exact (sign test): how likely as many differences of one sign or more are, if neither is larger. Equal pairs do not count. */
  readonly p: number
  readonly outcome: 'more' | 'less' | 'not distinguishable' | 'too few pairs'
}

/**
 * Makes no assumption about how values are distributed: the interval is that of the median's order statistics.
 * @param a values by pair, and `b` the others in the same order @throws TypeError if they have different lengths
 * @param comparisons how many such differences a reader will look at: all their intervals hold together (Bonferroni)
 */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  { alpha = ALPHA, comparisons = 1 }: { readonly alpha?: number; readonly comparisons?: number } = {},
): PairedDifference {
  if (a.length !== b.length) throw new TypeError(`${a.length} values have no pairs in ${b.length}`)
  const differences = b.map((value, at) => value - (a[at] ?? Number.NaN))
  const level = alpha / comparisons
  const { median, low, high } = medianInterval(differences, 1 - level)
  const [more, less] = [
    differences.filter((one) => one > 0).length,
    differences.filter((one) => one < 0).length,
  ]
  const p = signTest(more, less)
  const outcome = (): PairedDifference['outcome'] => {
    // Even if all differences had one sign, chance could not be excluded.
    if (signTest(differences.length, 0) > level) return 'too few pairs'
    if (p > level) return 'not distinguishable'
    return more > less ? 'more' : 'less'
  }
  return { median, low, high, p, outcome: outcome() }
}

/** https://en.wikipedia.org/wiki/Sign_test */
function signTest(more: number, less: number): number {
  const count = more + less
  let probability = 0.5 ** count
  let tail = 0
  for (let left = 0; left <= Math.min(more, less); left += 1) {
    tail += probability
    probability *= (count - left) / (left + 1)
  }
  return Math.min(1, 2 * tail)
}
