// Intervals of percentiles: ranks by hand, coverage by simulation, and which of both ways is taken.

import t from 'tap'
import { seededRandom } from '../../core/seeded-random.ts'
import { encodeLatencies } from '../../testbed/measure/histogram.ts'
import { quantileInterval, quantileRanks } from './quantile-interval.ts'

t.test('O8.18: ranks are those of the binomial distribution', async (t) => {
  // Of six values, all are on one side of the median in 2 of 64 cases: 3.1 %.
  t.strictSame(quantileRanks(6, 0.5), { low: 1, high: 6 })
  t.equal(quantileRanks(5, 0.5), undefined, 'two of 32 cases are more than 5 %')
  // https://en.wikipedia.org/wiki/Median: 40 and 61 of 100 for the median.
  t.strictSame(quantileRanks(100, 0.5), { low: 40, high: 61 })
  t.equal(quantileRanks(0, 0.5), undefined)
})

t.test('O8.18: a percentile with too few values beyond it has no interval', async (t) => {
  // The largest of n is below p99 with 0.99 to the power of n, which is 2.5 % at 367.04.
  t.equal(quantileRanks(367, 0.99), undefined)
  t.equal(quantileRanks(368, 0.99)?.high, 368)
  t.equal(quantileRanks(3_000, 0.999), undefined)
  t.ok(quantileRanks(1_000_000, 0.999))
})

t.test('O8.18: at least 95 of 100 intervals contain the percentile, of any distribution', async (t) => {
  const random = seededRandom(8)
  const shapes = {
    exponential: { draw: () => -Math.log(1 - random()), quantile: (share: number) => -Math.log(1 - share) },
    'with a heavy tail': { draw: () => 1 / (1 - random()), quantile: (share: number) => 1 / (1 - share) },
  }
  const trials = 1_500
  for (const [shape, { draw, quantile }] of Object.entries(shapes)) {
    for (const [share, count] of [
      [0.5, 60],
      [0.99, 900],
    ] as const) {
      const ranks = quantileRanks(count, share)
      if (ranks === undefined) return t.fail('there are enough values')
      let contained = 0
      for (let trial = 0; trial < trials; trial += 1) {
        const sorted = Float64Array.from({ length: count }, draw).toSorted()
        const [low = Number.NaN, high = Number.NaN] = [sorted[ranks.low - 1], sorted[ranks.high - 1]]
        if (low <= quantile(share) && quantile(share) <= high) contained += 1
      }
      const least = 0.95 - 6 * Math.sqrt((0.95 * 0.05) / trials)
      t.ok(contained / trials >= least, `${shape}, ${share} of ${count}: ${contained} of ${trials}`)
      t.ok(contained < trials, 'and not all of them')
    }
  }
})

const round = (microseconds: readonly number[]) => ({
  histograms: { service: encodeLatencies(microseconds) },
})
const calls = (count: number, from: number) => Array.from({ length: count }, (_, at) => from + at)

t.test('O8.18: from three rounds on, the rounds say how sure a percentile is', async (t) => {
  const steady = [100, 200, 300].map((from) => round(calls(101, from)))
  const median = quantileInterval(steady, 'service', 0.5)
  t.match(median, { by: 'rounds', value: 0.25 })
  // 4.303 × 100 µs / sqrt(3) around 250 µs.
  t.ok(Math.abs((median?.low ?? 0) - 0.0016) < 1e-3 && Math.abs((median?.high ?? 0) - 0.498) < 2e-3)
})

t.test('O8.18: with fewer rounds the calls say it, and with too few calls nobody does', async (t) => {
  const one = [round(calls(1_000, 1))]
  t.match(quantileInterval(one, 'service', 0.5), { by: 'calls', value: 0.5, low: 0.469, high: 0.532 })
  const few = [round(calls(100, 1))]
  t.match(quantileInterval(few, 'service', 0.99), { value: 0.099, low: undefined, high: undefined })
  t.equal(quantileInterval(few, 'service', 0.999), undefined, 'a tenth of a call is beyond it')
  t.equal(quantileInterval(few, 'call', 0.5), undefined, 'nothing has that name')
})
