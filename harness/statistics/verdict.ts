// Whether two configurations differ, judged by their rounds and not by eye.

import { median, sampleVariation } from '../../testbed/measure/statistics.ts'
import { mannWhitney, smallestP } from './mann-whitney.ts'

/** Of 20 comparisons of a configuration with itself, one is called different. Whoever compares many should ask for less. */
export const ALPHA = 0.05

/**
 * The coefficient of variation over rounds above which a run is noisy. It is a convention: five rounds that vary by a tenth
 * leave differences of about a tenth unseen, and whoever reads "not distinguishable" must not take that for "the same".
 */
export const NOISY_VARIATION = 0.1

export interface Verdict {
  readonly outcome: 'different' | 'not distinguishable' | 'too few rounds' | 'too noisy'
  /** Two-sided, exact (Mann-Whitney). */
  readonly p: number
  /** Median of `b` divided by that of `a`. */
  readonly ratio: number
  /** Of `b`, compared with `a`. */
  readonly direction: 'higher' | 'lower' | 'same'
  /** The larger coefficient of variation of the two, over rounds. */
  readonly variation: number
}

export interface VerdictOptions {
  readonly alpha?: number
  readonly noisyVariation?: number
}

/**
 * Compares one value a round of two configurations.
 *
 * - `different`: such ranks come by chance in less than `alpha` of the cases. Noise does not matter: the test holds its level with any
 * - `too few rounds`: even if all values of one were above all of the other, chance could not be excluded
 * - `too noisy`: no difference was found, and a round of one of the two varies so much that it could hide one
 * - `not distinguishable`: no difference was found, and both are steady
 */
export function compareRounds(
  a: readonly number[],
  b: readonly number[],
  { alpha = ALPHA, noisyVariation = NOISY_VARIATION }: VerdictOptions = {},
): Verdict {
  const { p } = mannWhitney(a, b)
  const ratio = median(b) / median(a)
  const variation = Math.max(sampleVariation(a), sampleVariation(b))
  const direction = ratio > 1 ? 'higher' : ratio < 1 ? 'lower' : 'same'
  return { outcome: outcomeOf(), p, ratio, direction, variation }

  function outcomeOf(): Verdict['outcome'] {
    if (smallestP(a.length, b.length) > alpha) return 'too few rounds'
    if (p <= alpha) return 'different'
    return variation > noisyVariation ? 'too noisy' : 'not distinguishable'
  }
}

/** A p, such as `0.008` or `2e-4`. */
export function levelText(p: number): string {
  return p < 0.001 ? p.toExponential(0) : p.toFixed(3)
}

/** Such as `different (p = 0.008): 1.52 times as high`. */
export function describeVerdict({ outcome, p, ratio, direction, variation }: Verdict): string {
  const level = `p = ${levelText(p)}`
  const factor = `${ratio.toFixed(2)} times as high`
  if (outcome === 'different')
    return `different (${level}): ${factor}${direction === 'same' ? ', by ranks only' : ''}`
  if (outcome === 'too noisy') return `too noisy (rounds vary by ${(variation * 100).toFixed(0)} %)`
  return outcome === 'too few rounds' ? outcome : `${outcome} (${level})`
}
