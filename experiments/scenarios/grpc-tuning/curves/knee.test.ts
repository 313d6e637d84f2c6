// The rule for the knee, on made-up curves.

import t from 'tap'
import { kneeOf, mostPower, type RatePoint } from './knee.ts'

/** A curve of a queue: times grow by 1 / (1 - utilization) until the capacity, and throughput ends there. */
function queue(capacity: number, rates: readonly number[]): readonly RatePoint[] {
  return rates.map((offered) => {
    const achieved = Math.min(offered, capacity)
    const utilization = Math.min(offered / capacity, 0.999)
    return { offered, achieved, p99: 1 / (1 - utilization) }
  })
}

t.test('O7.8: the knee is the last rate whose p99 is at most three times that of the lowest', async (t) => {
  const points = queue(1_000, [250, 500, 700, 740, 760, 900, 1_100])
  const knee = kneeOf(points)
  t.match(knee, { kind: 'found', at: { offered: 740 }, broken: { offered: 760 }, by: 'latency' })
  t.match(kneeOf(points, { multiple: 2 }), { at: { offered: 500 } })
  t.match(kneeOf(points.toReversed()), knee, 'in any order')
})

t.test(
  'a rate at which fewer calls end than are due is past the knee, however short they take',
  async (t) => {
    const flat = queue(1_000, [250, 500]).map((point) => ({ ...point, p99: 1 }))
    const points = [...flat, { offered: 900, achieved: 800, p99: 1 }, { offered: 950, achieved: 950, p99: 1 }]
    t.match(kneeOf(points), { kind: 'found', at: { offered: 500 }, broken: { offered: 900 }, by: 'queue' })
    t.match(kneeOf(points, { kept: 0.8 }), { kind: 'above', at: { offered: 950 } })
  },
)

t.test('a rate that holds again above one that does not is past the knee', async (t) => {
  const [low, middle, high] = queue(1_000, [100, 400, 500])
  t.match(kneeOf([low, { ...middle, p99: 50 }, high] as RatePoint[]), { at: { offered: 100 } })
})

t.test('a curve without a knee in its range says on which side it is', async (t) => {
  t.match(kneeOf(queue(10_000, [100, 200, 300])), { kind: 'above', at: { offered: 300 } })
  t.same(kneeOf(queue(1_000, [1_100, 1_200])), { kind: 'below' })
  t.same(kneeOf([]), { kind: 'below' })
  t.same(kneeOf([{ offered: 1, achieved: 1, p99: Number.NaN }]), { kind: 'below' }, 'nothing was timed')
})

t.test('the most power is where throughput is highest for its p99', async (t) => {
  // In this queue it is at half of the capacity: r (1 - r) is largest there.
  t.match(mostPower(queue(1_000, [250, 400, 500, 600, 900])), { offered: 500 })
  t.equal(mostPower([]), undefined)
})
