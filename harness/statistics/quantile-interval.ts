// How far a percentile of latencies can be trusted.

import { decodeHistogram, mergeHistograms, quantileMs } from '../../testbed/measure/histogram.ts'
import type { Measured } from '../results.ts'
import { meanInterval } from './student-t.ts'

/** With fewer, the spread of rounds is itself hardly known: 12.7 standard errors with two of them. */
const LEAST_ROUNDS = 3

/** Probabilities that are this small beside the largest one do not matter. */
const NEGLIGIBLE = 1e-18

export interface RankInterval {
  /** From 1: the values with these ranks, in order, enclose the quantile. */
  readonly low: number
  readonly high: number
}

/**
 * Ranks of order statistics that enclose a quantile with at least this confidence, for any distribution, if the values are
 * independent. Undefined if a sample of this size has no such ranks: too few values are beyond the quantile.
 * https://en.wikipedia.org/wiki/Order_statistic#Confidence_intervals_for_quantiles (binomial)
 * @param share such as 0.99
 */
export function quantileRanks(count: number, share: number, confidence = 0.95): RankInterval | undefined {
  if (count < 1) return undefined
  const risk = (1 - confidence) / 2
  const { from, chances } = binomial(count, share)
  const total = chances.reduce((sum, chance) => sum + chance, 0)
  let below = 0
  let at = 0
  // The largest rank that more than the risk of samples have not passed.
  while (at < chances.length && (below + (chances[at] ?? 0)) / total <= risk) below += chances[at++] ?? 0
  const low = from + at
  let above = 0
  at = chances.length - 1
  while (at >= 0 && (above + (chances[at] ?? 0)) / total <= risk) above += chances[at--] ?? 0
  const high = from + at + 1
  return low < 1 || high > count ? undefined : { low, high }
}

/** How likely each number of values below the quantile is: those that matter, up to a common factor. */
function binomial(
  count: number,
  share: number,
): { readonly from: number; readonly chances: readonly number[] } {
  const mode = Math.min(count, Math.floor((count + 1) * share))
  const odds = share / (1 - share)
  const up: number[] = []
  for (let at = mode, chance = 1; at < count; at += 1) {
    chance *= ((count - at) / (at + 1)) * odds
    if (chance < NEGLIGIBLE) break
    up.push(chance)
  }
  const down: number[] = []
  for (let at = mode, chance = 1; at > 0; at -= 1) {
    chance *= at / ((count - at + 1) * odds)
    if (chance < NEGLIGIBLE) break
    down.push(chance)
  }
  return { from: mode - down.length, chances: [...down.toReversed(), 1, ...up] }
}

export interface QuantileInterval {
  /** Of all calls of all rounds, in milliseconds. */
  readonly value: number
  /** Contain it with 95 %; undefined where there are too few calls for that. */
  readonly low: number | undefined
  readonly high: number | undefined
  /** `rounds`: a t-interval over the percentiles of the rounds. `calls`: order statistics of the calls, as if they were independent. */
  readonly by: 'rounds' | 'calls'
}

/**
 * A percentile of latencies with its interval. From three rounds on, the rounds say how sure it is, because calls of one round
 * share whatever happened in it; with fewer, the calls have to.
 * @param name of the histogram, such as `service`
 * @returns undefined if fewer calls than one lie beyond the percentile
 */
export function quantileInterval(
  rounds: readonly Pick<Measured, 'histograms'>[],
  name: string,
  share: number,
): QuantileInterval | undefined {
  const texts = rounds.flatMap(({ histograms }) => histograms[name] ?? [])
  const merged = mergeHistograms(texts)
  const beyond = merged.totalCount * (1 - share)
  // Subtraction leaves a little behind.
  if (beyond < 1 - 1e-6) return undefined
  const value = quantileMs(merged, share)
  if (texts.length >= LEAST_ROUNDS) {
    const ofRounds = texts.map((text) => quantileMs(decodeHistogram(text), share))
    const { low, high } = meanInterval(ofRounds.filter(Number.isFinite))
    return { value, low: Math.max(0, low), high, by: 'rounds' }
  }
  const ranks = quantileRanks(merged.totalCount, share)
  const at = (rank: number) => quantileMs(merged, rank / merged.totalCount)
  return { value, low: ranks && at(ranks.low), high: ranks && at(ranks.high), by: 'calls' }
}
