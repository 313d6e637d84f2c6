// How calls are spread over backends, and how far random picks could be from even.

import { coefficientOfVariation, noiseFloor } from '../../../testbed/measure/statistics.ts'

/** A measurement beyond them is chance once in half a billion. */
const STANDARD_DEVIATIONS = 6

export interface Fairness {
  readonly calls: number
  /** Backends that got any. */
  readonly used: number
  readonly variation: number
  /** The coefficient of variation that random picks would have. */
  readonly noiseFloor: number
  /** The fewest and the most calls of a backend, by the mean. */
  readonly least: number
  readonly most: number
}

export function fairnessOf(shares: Readonly<Record<string, number>>): Fairness {
  const counts = Object.values(shares)
  const calls = counts.reduce((sum, count) => sum + count, 0)
  const mean = calls / counts.length
  return {
    calls,
    used: counts.filter((count) => count > 0).length,
    variation: coefficientOfVariation(counts),
    noiseFloor: noiseFloor(calls, counts.length),
    least: Math.min(...counts) / mean,
    most: Math.max(...counts) / mean,
  }
}

/** Whether each count is within six standard deviations of its mean under random picks: a binomial count. */
export function isEven(shares: Readonly<Record<string, number>>): boolean {
  const counts = Object.values(shares)
  const calls = counts.reduce((sum, count) => sum + count, 0)
  return counts.every((count) => isLikely(count, calls, 1 / counts.length))
}

/** Whether `count` of `calls` is within six standard deviations of a binomial count of this probability. */
export function isLikely(count: number, calls: number, probability: number): boolean {
  return Math.abs(count - calls * probability) <= deviationOf(calls, probability)
}

/**
 * Whether `count` of `calls` is not more than this share; undefined if it is more by at most six standard deviations of a binomial
 * count: then chance may have done it, and only more calls tell.
 */
export function isAtMost(count: number, calls: number, share: number): boolean | undefined {
  const above = count - calls * share
  if (above <= 0) return true
  return above <= deviationOf(calls, share) ? undefined : false
}

function deviationOf(calls: number, probability: number): number {
  return STANDARD_DEVIATIONS * Math.sqrt(calls * probability * (1 - probability))
}
