// How even a distribution is, and how even chance alone would make it.

/** Standard deviation over mean of counts: 0 where all are equal; NaN without a count. */
export function coefficientOfVariation(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length
  return Math.sqrt(variance) / mean
}

/**
 * The coefficient of variation to expect where each of `calls` picks one of `choices` by chance: the root of
 * (choices - 1) / calls, from the variance of a binomial count. Below it, a distribution is as even as can be told.
 */
export function noiseFloor(calls: number, choices: number): number {
  return Math.sqrt((choices - 1) / calls)
}
