// What the ring keeps, and when it says that events are lost.

import t from 'tap'
import { EventRing } from './event-ring.ts'

const entry = (number: number, size = 1) => ({ number, frame: Buffer.alloc(size) })
const numbersOf = (ring: EventRing, since: number) => ring.since(since)?.map(({ number }) => number)

t.test('a reader gets what came after its last event', async (t) => {
  const ring = new EventRing()
  for (const number of [1, 2, 3]) ring.add(entry(number))
  t.same(numbersOf(ring, 0), [1, 2, 3])
  t.same(numbersOf(ring, 2), [3])
  t.same(numbersOf(ring, 3), [])
})

t.test(
  'the last 2,000 events are kept, and a reader that was away for longer hears that events are lost',
  async (t) => {
    const ring = new EventRing()
    for (let number = 1; number <= 2_001; number += 1) ring.add(entry(number))
    t.equal(ring.size, 2_000)
    t.equal(ring.since(0), undefined)
    t.equal(ring.since(1)?.length, 2_000, 'twin')
  },
)

t.test('large events leave room for fewer of them', async (t) => {
  const ring = new EventRing({ events: 10, bytes: 100 })
  for (const number of [1, 2, 3]) ring.add(entry(number, 40))
  t.equal(ring.since(0), undefined)
  t.same(numbersOf(ring, 1), [2, 3])
})

t.test('an event that says all of an earlier one takes its place, and nothing is lost by that', async (t) => {
  const ring = new EventRing({ events: 3, bytes: 1_000 })
  ring.add(entry(1), 'flip 7')
  ring.add(entry(2))
  ring.add(entry(3), 'flip 7')
  ring.add(entry(4), 'flip 8')
  t.same(numbersOf(ring, 0), [2, 3, 4])
  ring.add(entry(5), 'flip 7')
  t.same(numbersOf(ring, 0), [2, 4, 5])
})

t.test('after it was cleared, nobody can go on from before', async (t) => {
  const ring = new EventRing()
  ring.add(entry(1))
  ring.clear(1)
  t.equal(ring.since(1), undefined)
  ring.add(entry(3))
  t.same(numbersOf(ring, 2), [3])
})
