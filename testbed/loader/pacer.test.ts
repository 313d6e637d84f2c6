// The thread that wakes a load generator.

import t from 'tap'
import { openPacer } from './pacer.ts'

t.test('a pacer wakes at its moments, never before one, and not after its end', async (t) => {
  const pacer = await openPacer()
  const intervalMs = 25
  const beginMs = performance.now() + intervalMs
  const enough = Promise.withResolvers<void>()
  const early: number[] = []
  let wakes = 0
  pacer.start(beginMs, intervalMs, () => {
    wakes += 1
    // The first is due at the beginning. Clocks of two threads may differ by microseconds.
    const due = beginMs + (wakes - 1) * intervalMs
    if (performance.now() < due - 0.1) early.push(wakes)
    if (wakes === 8) enough.resolve()
  })
  await enough.promise
  t.same(early, [])
  await pacer.stop()
  const atEnd = wakes
  // Whatever was under way would come before this.
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(wakes, atEnd)
})
