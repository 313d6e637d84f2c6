// Says where the rounds of two runs do not tell them apart, so that no recommendation rests on chance.

import { compareRounds } from '../../../../harness/statistics/verdict.ts'

/**
 * @param a values by round, and `b` those of the other run
 * @returns nothing if an exact rank test calls them different, else a sentence with a space before it
 */
export function doubtOf(a: readonly number[], b: readonly number[]): string {
  const { outcome } = compareRounds(a, b)
  return outcome === 'different' ? '' : ` (By the rounds of this run: ${outcome}.)`
}
