// How even calls are spread over backends, in a figure and in words, compared with what chance alone would do.

import { formatCount } from '../../format/figures.ts'

export interface Counted {
  readonly name: string
  readonly calls: number
  /** Its part of the calls is its weight among all weights. */
  readonly weight: number
}

export interface Evenness {
  /** Coefficient of variation of calls by weight: 0 if every backend has its fair share. */
  readonly variation: number
  /** What it would be on average if each call went to a random backend. */
  readonly noiseFloor: number
  readonly tone: 'even' | 'chance' | 'uneven' | 'few'
  readonly words: string
}

/** Fewer calls for each backend say nothing. */
const FEWEST_CALLS = 10
/** In standard deviations: a spread by chance is called uneven once in a million. */
const ONE_IN_A_MILLION = 4.753
/** Below this part of the floor, the spread is too even for chance. */
const EVENER_THAN_CHANCE = 0.25

/**
 * Compares by the statistic of Pearson's test: calls × variation². By chance it has backends − 1 degrees of freedom, and
 * as many is its mean; its upper bound is by the approximation of Wilson and Hilferty.
 * @param unit what is counted, in the singular
 */
export function evennessOf(counts: readonly Counted[], unit = 'call'): Evenness {
  const calls = counts.reduce((sum, one) => sum + one.calls, 0)
  const weights = counts.reduce((sum, one) => sum + one.weight, 0)
  const fairOf = ({ weight }: Counted) => (calls * weight) / weights
  const pearson = counts.reduce((sum, one) => {
    const fair = fairOf(one)
    return fair === 0 ? sum : sum + (one.calls - fair) ** 2 / fair
  }, 0)
  const freedom = counts.filter(({ weight }) => weight > 0).length - 1
  const variation = calls === 0 ? 0 : Math.sqrt(pearson / calls)
  const noiseFloor = calls === 0 ? 0 : Math.sqrt(Math.max(0, freedom) / calls)
  const figures = { variation, noiseFloor }
  if (calls === 0) return { ...figures, tone: 'few', words: `no ${unit}s yet` }
  if (freedom < 1) return { ...figures, tone: 'even', words: `one backend has all ${unit}s` }
  if (calls < FEWEST_CALLS * counts.length) {
    return {
      ...figures,
      tone: 'few',
      words: `${formatCount(calls, unit)}: too few to tell chance from order`,
    }
  }
  if (pearson > boundOf(freedom)) {
    return { ...figures, tone: 'uneven', words: `uneven: ${extreme(counts, fairOf, unit)}` }
  }
  return variation < EVENER_THAN_CHANCE * noiseFloor
    ? { ...figures, tone: 'even', words: 'dealt out evenly, more so than by chance' }
    : { ...figures, tone: 'chance', words: 'as even as chance allows' }
}

function boundOf(freedom: number): number {
  const step = 2 / (9 * freedom)
  return freedom * (1 - step + ONE_IN_A_MILLION * Math.sqrt(step)) ** 3
}

function extreme(counts: readonly Counted[], fairOf: (one: Counted) => number, unit: string): string {
  const idle = counts.filter(({ calls, weight }) => calls === 0 && weight > 0)
  const busiest = counts.reduce((a, b) => (b.calls - fairOf(b) > a.calls - fairOf(a) ? b : a))
  const used = counts.filter(({ calls }) => calls > 0)
  if (used.length === 1) return `${busiest.name} has all ${unit}s`
  const times = `${busiest.name} has ${(busiest.calls / fairOf(busiest)).toFixed(1)} times its fair share`
  if (idle.length === 0) return times
  const names = idle.length > 3 ? `${idle.length} backends` : idle.map(({ name }) => name).join(', ')
  return `${times}, ${names} none`
}
