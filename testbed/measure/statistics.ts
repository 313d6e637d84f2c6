// Medians and quantiles, how even a distribution is, and how even random picks would be.

/** Standard deviation divided by mean: 0 if all counts are equal; NaN without counts. */
export function coefficientOfVariation(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length
  return Math.sqrt(variance) / mean
}

/**
 * The expected coefficient of variation if each of `calls` picks one of `choices` at random: the square root of
 * (choices - 1) / calls, from the variance of a binomial count. A measurement cannot distinguish a smaller value from an even distribution.
 */
export function noiseFloor(calls: number, choices: number): number {
  return Math.sqrt((choices - 1) / calls)
}

/** The same of a sample, whose mean is not known but estimated from it: with n - 1. NaN with fewer than two values. */
export function sampleVariation(values: readonly number[]): number {
  const count = values.length
  return count < 2 ? Number.NaN : coefficientOfVariation(values) * Math.sqrt(count / (count - 1))
}

/** The value below which the given share of the values lies; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = sorted.length % 2 === 1 ? [middle, middle] : [middle - 1, middle]
  return ((sorted[low] ?? Number.NaN) + (sorted[high] ?? Number.NaN)) / 2
}

export interface Interval {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * The median of a sample, and an interval that contains the median of the distribution behind it with at least the
 * given confidence, for any distribution: two order statistics of the sample. With fewer than six values no such interval
 * has 95 %; then it is the whole range.
 * https://en.wikipedia.org/wiki/Median#Confidence_interval_via_order_statistics (binomial, p = 1/2)
 */
export function medianInterval(values: readonly number[], confidence = 0.95): Interval {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = outerValues(sorted.length, (1 - confidence) / 2)
  return {
    median: median(sorted),
    low: sorted[rank] ?? Number.NaN,
    high: sorted[sorted.length - 1 - rank] ?? Number.NaN,
  }
}

/** How many of the smallest values may be left out, so that the median is below the rest with a probability of at most `risk`. */
function outerValues(count: number, risk: number): number {
  let probability = 0.5 ** count
  let below = probability
  let left = 0
  while (below <= risk && left < count / 2) {
    left += 1
    probability *= (count - left + 1) / left
    below += probability
  }
  return Math.max(0, left - 1)
}
