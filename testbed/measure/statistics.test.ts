// The coefficient of variation and the noise floor.

import t from 'tap'
import { coefficientOfVariation, noiseFloor } from './statistics.ts'

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
