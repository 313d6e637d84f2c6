// Student's t by tables and by simulation.

import t from 'tap'
import { seededRandom } from '../../core/seeded-random.ts'
import { meanInterval, quantileOfT, withinT } from './student-t.ts'

t.test('O8.19: quantiles are those of the tables', async (t) => {
  // https://en.wikipedia.org/wiki/Student%27s_t-distribution#Table_of_selected_values (two-sided)
  const table: readonly (readonly [confidence: number, degrees: number, expected: number])[] = [
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 3, 3.182],
    [0.95, 4, 2.776],
    [0.99, 5, 4.032],
    [0.8, 10, 1.372],
    [0.95, 30, 2.042],
  ]
  for (const [confidence, degrees, expected] of table) {
    t.ok(Math.abs(quantileOfT(confidence, degrees) - expected) < 6e-4, `${degrees} degrees of freedom`)
    t.ok(Math.abs(withinT(expected, degrees) - confidence) < 1e-4)
  }
})

t.test('O8.19: an interval is around the mean, and one value has none', async (t) => {
  const { mean, low, high } = meanInterval([1, 2, 3, 4, 5])
  t.equal(mean, 3)
  // 2.776 × sqrt(2.5 / 5)
  t.ok(Math.abs(high - 3 - 1.963) < 1e-3 && Math.abs(3 - low - 1.963) < 1e-3)
  t.strictSame(meanInterval([7]), { mean: 7, low: Number.NaN, high: Number.NaN })
  t.strictSame(meanInterval([7, 7, 7]), { mean: 7, low: 7, high: 7 })
})

t.test('O8.19: of five rounds, 95 of 100 intervals contain the mean', async (t) => {
  const random = seededRandom(17)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const trials = 4_000
  let contained = 0
  for (let trial = 0; trial < trials; trial += 1) {
    const { low, high } = meanInterval(Array.from({ length: 5 }, () => 10 + 2 * normal()))
    if (low <= 10 && 10 <= high) contained += 1
  }
  // The generator is seeded. Six standard deviations, should its seed change.
  t.ok(Math.abs(contained / trials - 0.95) < 6 * Math.sqrt((0.95 * 0.05) / trials), `${contained}`)
})
