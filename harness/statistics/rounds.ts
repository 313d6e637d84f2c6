// What the rounds of a run say together. Percentiles come from all calls of all rounds; how steady they are comes from the rounds.

import { decodeHistogram, mergeHistograms, quantileMs } from '../../testbed/measure/histogram.ts'
import { medianInterval, sampleVariation } from '../../testbed/measure/statistics.ts'
import type { Measured, Results, RunResult } from '../results.ts'
import { NOISY_VARIATION } from './verdict.ts'

/** A value over the rounds of a run. */
export interface Spread {
  /** By round. */
  readonly values: readonly number[]
  readonly median: number
  /** Contain the median behind the rounds with at least 95 %, from six rounds on; with fewer, the whole range. */
  readonly low: number
  readonly high: number
  /** Coefficient of variation over rounds; NaN with one round. */
  readonly variation: number
  /** Varies by more than `NOISY_VARIATION`: the report has to say so. */
  readonly isNoisy: boolean
}

/** The measured rounds of the run with this id, in their order. */
export function roundsOf(results: Pick<Results, 'runs'>, id: string): readonly Measured[] {
  return results.runs
    .filter((run) => run.id === id)
    .toSorted((a, b) => a.round - b.round)
    .flatMap(({ measured }) => measured ?? [])
}

/** A run with what was measured of it: at least one round. */
export interface MeasuredRun extends Pick<RunResult, 'id' | 'labels'> {
  /** In their order. */
  readonly rounds: readonly Measured[]
}

/** In the order in which they were measured first. */
export function measuredRuns({ runs }: Pick<Results, 'runs'>): readonly MeasuredRun[] {
  const labels = new Map(runs.flatMap((run) => (run.measured ? [[run.id, run.labels] as const] : [])))
  return [...labels].map(([id, own]) => ({ id, labels: own, rounds: roundsOf({ runs }, id) }))
}

/** A value of all rounds together, such as their calls. */
export function totalOver(rounds: readonly Measured[], value: (round: Measured) => number): number {
  return rounds.reduce((sum, round) => sum + value(round), 0)
}

export function meanOver(rounds: readonly Measured[], value: (round: Measured) => number): number {
  return totalOver(rounds, value) / rounds.length
}

export function spreadOf(values: readonly number[]): Spread {
  const variation = sampleVariation(values)
  return { values, ...medianInterval(values), variation, isNoisy: variation > NOISY_VARIATION }
}

/** One value of each round, such as `({ calls, seconds }) => calls / seconds`. */
export function spreadOver(rounds: readonly Measured[], value: (round: Measured) => number): Spread {
  return spreadOf(rounds.map(value))
}

export interface Quantile extends Spread {
  /** Of all calls of all rounds, in milliseconds. */
  readonly merged: number
}

/**
 * A quantile of latencies in milliseconds.
 * @param name of the histogram, such as `service`
 * @param share such as 0.99
 */
export function quantileOver(rounds: readonly Measured[], name: string, share: number): Quantile {
  const texts = histogramsOf(rounds, name)
  return {
    ...spreadOf(texts.map((text) => quantileMs(decodeHistogram(text), share))),
    merged: quantileMs(mergeHistograms(texts), share),
  }
}

/** Calls a second. */
export function throughputOver(rounds: readonly Measured[]): Spread {
  return spreadOver(rounds, ({ calls, seconds }) => calls / seconds)
}

/** Calls by backend, of all rounds. */
export function sharesOver(rounds: readonly Measured[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {}
  for (const { shares = {} } of rounds) {
    for (const [backend, calls] of Object.entries(shares)) sum[backend] = (sum[backend] ?? 0) + calls
  }
  return sum
}

function histogramsOf(rounds: readonly Measured[], name: string): readonly string[] {
  return rounds.flatMap(({ histograms }) => histograms[name] ?? [])
}
