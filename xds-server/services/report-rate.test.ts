// A node may report twice an interval, and ten times at once.

import t from 'tap'
import { ReportRate } from './report-rate.ts'

function allowed(rate: ReportRate, now: number): number {
  let count = 0
  while (count < 100 && rate.allows(now)) count += 1
  return count
}

t.test('ten reports may come at once, and none is earned before an interval was sent', async (t) => {
  const rate = new ReportRate(0)
  t.equal(allowed(rate, 0), 10)
  t.equal(allowed(rate, 1e9), 0)
})

t.test('after that, a node may report twice an interval, by the shortest that it was sent', async (t) => {
  for (const intervals of [[1_000], [1_000, 5_000], [5_000, 1_000]]) {
    const rate = new ReportRate(0)
    for (const interval of intervals) rate.sent(interval)
    for (let now = 0; now < 20_000; now += 500) t.ok(rate.allows(now))
    const burst = allowed(rate, 20_000)
    t.ok(burst >= 9 && burst <= 11, `${burst} at once`)
    t.notOk(rate.allows(20_000))
    t.notOk(rate.allows(20_000))
  }
})
