// Percentiles from buckets of latency.

import t from 'tap'
import { percentileMs } from './percentile.ts'

t.test('without calls there is no latency', async (t) => {
  t.equal(percentileMs(new Map(), 0.5), null)
  t.equal(percentileMs(new Map([[0.5, 0]]), 0.5), null)
})

t.test(
  'a percentile is interpolated inside its bucket, and half a millisecond that Envoy cut off is added',
  async (t) => {
    // Ten calls below 1 ms, and ten between 4 and 5 ms.
    const latency = new Map([
      [0.5, 10],
      [3.5, 0],
      [4.5, 10],
    ])
    t.equal(percentileMs(latency, 0.25), 0.5)
    t.equal(percentileMs(latency, 0.5), 1)
    t.equal(percentileMs(latency, 0.75), 4.5)
    t.equal(percentileMs(latency, 1), 5)
  },
)

t.test('buckets may come in any order', async (t) => {
  const bounds = [18.5, 0.5, 4.5, 3.5]
  const forwards = percentileMs(new Map(bounds.map((bound) => [bound, 1])), 0.9)
  const backwards = percentileMs(new Map(bounds.toReversed().map((bound) => [bound, 1])), 0.9)
  t.equal(forwards, backwards)
  t.ok(forwards !== null && forwards > 5 && forwards <= 19)
})
