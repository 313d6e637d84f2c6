// The test of Mann, Whitney and Wilcoxon: whether values of one kind tend to be larger than those of another. It looks at ranks only,
// so it holds for any distribution, and a single bad round cannot decide it.
// https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test

export interface RankTest {
  /** Pairs of a value of `a` and one of `b` in which that of `a` is larger; a tie counts half. */
  readonly u: number
  /** Two-sided: how likely ranks as uneven as these or more are, if both kinds come from one distribution. */
  readonly p: number
}

/**
 * Exact for any number of values, and with ties: the sums of ranks of all choices of `a.length` out of all values are counted.
 * Without values in `a` or `b`, p is 1.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  const ranks = doubledRanks([...a, ...b])
  const observed = sum(ranks.slice(0, a.length))
  const expected = a.length * (ranks.length + 1)
  const byDistance = distributionOfSums(ranks, a.length)
  let p = 0
  for (const [total, probability] of byDistance.entries()) {
    if (Math.abs(total - expected) >= Math.abs(observed - expected)) p += probability
  }
  return { u: observed / 2 - (a.length * (a.length + 1)) / 2, p: Math.min(1, p) }
}

/** The smallest p that these numbers of values can have, when both kinds are apart completely. */
export function smallestP(a: number, b: number): number {
  return Math.min(1, 2 / choices(a + b, a))
}

/** Twice the ranks from 1, which are whole numbers: equal values share the mean of their ranks. */
function doubledRanks(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((x, y) => x - y)
  return values.map((value) => sorted.indexOf(value) + 1 + sorted.lastIndexOf(value) + 1)
}

/** The probability of each sum, by the sum, of `size` of the numbers that are chosen at random. */
function distributionOfSums(numbers: readonly number[], size: number): readonly number[] {
  const most = sum(numbers)
  // counts[k][s]: choices of k numbers with the sum s, among the numbers so far.
  const counts = Array.from({ length: size + 1 }, () => new Float64Array(most + 1))
  const count = (k: number) => counts[k] ?? new Float64Array()
  count(0)[0] = 1
  numbers.forEach((number, at) => {
    for (let k = Math.min(size, at + 1); k > 0; k -= 1) {
      const [to, from] = [count(k), count(k - 1)]
      for (let s = most; s >= number; s -= 1) to[s] = (to[s] ?? 0) + (from[s - number] ?? 0)
    }
  })
  const all = choices(numbers.length, size)
  return Array.from(count(size), (chosen) => chosen / all)
}

function choices(of: number, size: number): number {
  let result = 1
  for (let k = 1; k <= size; k += 1) result = (result * (of - size + k)) / k
  return result
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
