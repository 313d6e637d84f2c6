// The gauge: what it counts, and when calls that wait may go on.

import t from 'tap'
import { Gauge } from './gauge.ts'

t.test('O7.2: the gauge knows how many calls run, and how many ran at most', (t) => {
  const gauge = new Gauge()
  gauge.reset(0)
  const [first, second] = [gauge.enter(), gauge.enter()]
  t.same(gauge.counts(), { begun: 2, now: 2, most: 2 })
  first.leave()
  second.leave()
  gauge.enter()
  t.same(gauge.counts(), { begun: 3, now: 1, most: 2 })
  t.end()
})

t.test(
  'O7.2: calls wait until as many as the latch says run at once, and later ones do not wait',
  async (t) => {
    const gauge = new Gauge()
    gauge.reset(2)
    const order: string[] = []
    const first = gauge.enter()
    const waited = first.opened.then(() => order.push('opened'))
    order.push('alone')
    const second = gauge.enter()
    await waited
    t.same(order, ['alone', 'opened'])
    first.leave()
    second.leave()
    await gauge.enter().opened
    t.end()
  },
)

t.test('O7.2: a reset lets those go that wait, and forgets them', async (t) => {
  const gauge = new Gauge()
  gauge.reset(5)
  const held = gauge.enter()
  gauge.reset(0)
  await held.opened
  held.leave()
  t.same(gauge.counts(), { begun: 0, now: 0, most: 0 })
})
