// A turn in which no call ended says nothing about its way.

import t from 'tap'
import { turnWithCalls } from './in-turns.ts'

/** Turns with these numbers of calls, one after the other; the last number stays. */
function turnsWith(...counts: readonly number[]) {
  let made = 0
  const measure = async () => {
    const calls = counts[Math.min(made, counts.length - 1)] ?? 0
    made += 1
    return { result: { calls } }
  }
  return { measure, made: () => made }
}

t.test('O8.29: a turn without calls is measured again, and one with calls is not', async (t) => {
  const late = turnsWith(0, 0, 7)
  t.same(await turnWithCalls('envoy', late.measure), { result: { calls: 7 } })
  t.equal(late.made(), 3)
  const soon = turnsWith(7)
  await turnWithCalls('envoy', soon.measure)
  t.equal(soon.made(), 1, 'twin')
})

t.test('O8.29: turns that stay without calls end the run, with the name of the way', async (t) => {
  const never = turnsWith(0)
  await t.rejects(turnWithCalls('envoy', never.measure), {
    message: /^envoy: no call ended in 5 turns in a row/,
  })
  t.equal(never.made(), 5)
})
