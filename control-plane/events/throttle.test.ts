// How often a throttled task runs.

import t from 'tap'
import { Throttle } from './throttle.ts'

t.test('requests until the task runs count as one, and the next run is an interval later', async (t) => {
  const intervalMs = 20
  const runs: number[] = []
  let ran = Promise.withResolvers<void>()
  const throttle = new Throttle(
    () => intervalMs,
    () => {
      runs.push(performance.now())
      ran.resolve()
    },
  )
  // Its timers keep no process alive.
  const alive = setInterval(() => {}, 1_000)
  t.teardown(() => clearInterval(alive))
  for (let request = 0; request < 100; request += 1) throttle.request()
  await ran.promise
  t.equal(runs.length, 1)
  ran = Promise.withResolvers()
  throttle.request()
  throttle.request()
  await ran.promise
  t.equal(runs.length, 2)
  const [first = 0, second = 0] = runs
  // Timers may fire up to a millisecond early.
  t.ok(second - first >= intervalMs - 1, `${second - first} ms`)
})

t.test('after it was stopped, it runs no more', async (t) => {
  let runs = 0
  const throttle = new Throttle(
    () => 0,
    () => {
      runs += 1
    },
  )
  throttle.request()
  throttle.stop()
  throttle.request()
  // Timers of one duration fire in their order: this one is behind the one that was stopped.
  const later = Promise.withResolvers<void>()
  new Throttle(() => 0, later.resolve).request()
  const alive = setInterval(() => {}, 1_000)
  t.teardown(() => clearInterval(alive))
  await later.promise
  t.equal(runs, 0)
})
