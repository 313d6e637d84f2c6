// How even a distribution is, and how even random picks would be.

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
