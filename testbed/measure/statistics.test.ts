// The coefficient of variation, the noise floor, and medians with their intervals.

import t from 'tap'
import { coefficientOfVariation, medianInterval, noiseFloor, sampleVariation } from './statistics.ts'

t.test('the coefficient of variation is 0 for equal counts and grows with their differences', async (t) => {
  const cases = [
    { counts: [400, 400, 400], expected: 0 },
    { counts: [1200, 0, 0], expected: Math.SQRT2 },
    { counts: [3, 1], expected: 0.5 },
  ]
  for (const { counts, expected } of cases) {
    t.ok(
      Math.abs(coefficientOfVariation(counts) - expected) < 1e-12,
      `${counts.join(', ')} gives ${expected}`,
    )
  }
})

t.test('the noise floor is the coefficient of variation of random picks', async (t) => {
  t.equal(noiseFloor(1200, 3), Math.sqrt(2 / 1200))
  // Exactly: the mean of CV² over all outcomes of 6 throws of a fair coin.
  const meanOfSquares = Array.from({ length: 64 }, (_, outcome) => {
    const heads = outcome.toString(2).replaceAll('0', '').length
    return coefficientOfVariation([heads, 6 - heads]) ** 2
  }).reduce((sum, square) => sum + square / 64, 0)
  t.ok(Math.abs(Math.sqrt(meanOfSquares) - noiseFloor(6, 2)) < 1e-12, 'the root of the mean of its square')
})

t.test(
  'the variation of a sample is larger than that of all values, because its mean is estimated',
  async (t) => {
    // Standard deviation of 2, 4 and 6 with n - 1: 2. Their mean: 4.
    t.ok(Math.abs(sampleVariation([2, 4, 6]) - 0.5) < 1e-12)
    t.ok(Number.isNaN(sampleVariation([5])))
  },
)

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

t.test('the interval of a median leaves out as many extremes as 95 % confidence allows', async (t) => {
  // From the binomial distribution with p = 1/2: with 11 values, P(at most 1) = 0.6 % and P(at most 2) = 3.3 %.
  t.strictSame(medianInterval(upTo(11)), { median: 6, low: 2, high: 10 })
  t.strictSame(medianInterval(upTo(30)), { median: 15.5, low: 10, high: 21 })
  t.strictSame(medianInterval(upTo(6)), { median: 3.5, low: 1, high: 6 })
})

t.test('a lower confidence gives a narrower interval', async (t) => {
  t.match(medianInterval(upTo(11), 0.9), { low: 3, high: 9 })
})

t.test('too few values for any interval give the whole range', async (t) => {
  t.strictSame(medianInterval([3, 1, 2]), { median: 2, low: 1, high: 3 })
  t.strictSame(medianInterval([7]), { median: 7, low: 7, high: 7 })
})

t.test('the order of the values does not matter', async (t) => {
  t.strictSame(medianInterval(upTo(11).toReversed()), medianInterval(upTo(11)))
})
