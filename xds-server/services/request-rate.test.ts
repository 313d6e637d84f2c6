// A client may send ten seconds' worth of requests at once, and answer each response beside that.

import t from 'tap'
import { RequestRate } from './request-rate.ts'

function allowed(rate: RequestRate, now: number): number {
  let count = 0
  while (count < 1_000 && rate.allows(now)) count += 1
  return count
}

t.test('X87: ten times the limit may come at once, and the limit each second after that', async (t) => {
  const rate = new RequestRate(5, 0)
  t.equal(allowed(rate, 0), 50)
  t.equal(allowed(rate, 2_000), 9, 'the rejected one counts')
  const later = new RequestRate(5, 0)
  for (let now = 0; now < 100_000; now += 200) t.ok(later.allows(now))
  t.equal(allowed(later, 100_000), 50, 'it has the whole burst still')
})

t.test(
  'X87: many responses may be answered at once, whatever the limit, and then the burst is left',
  async (t) => {
    const rate = new RequestRate(1, 0)
    for (let response = 0; response < 300; response += 1) rate.responded()
    t.equal(allowed(rate, 0), 310)
  },
)

t.test(
  'X87: a client that never answers saves up no more than the answers of pending responses',
  async (t) => {
    const rate = new RequestRate(1, 0)
    for (let response = 0; response < 100_000; response += 1) rate.responded()
    let count = 0
    while (rate.allows(0)) count += 1
    t.equal(count, 10_010)
  },
)

t.test('X87: each response may be answered', async (t) => {
  const rate = new RequestRate(1, 0)
  t.equal(allowed(rate, 0), 10)
  for (let response = 0; response < 100; response += 1) {
    rate.responded()
    rate.responded()
    t.ok(rate.allows(0))
  }
})
