// A timer of any length fires once, when its time is over, and not before.

import { mock } from 'node:test'
import t from 'tap'
import { LONGEST_TIMER_MS, Timer } from './timer.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

function timerOf(ms: number) {
  const ends: string[] = []
  const timer = new Timer(ms, () => ends.push('end'))
  return { timer, ends }
}

/** Not at once: a timer that another one starts begins when the tick ends. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= LONGEST_TIMER_MS) mock.timers.tick(Math.min(left, LONGEST_TIMER_MS))
}

for (const ms of [1, LONGEST_TIMER_MS, LONGEST_TIMER_MS + 1, 3.5 * LONGEST_TIMER_MS]) {
  t.test(`a timer of ${ms} ms fires after this time, once`, async (t) => {
    const { ends } = timerOf(ms)
    pass(ms - 1)
    t.equal(ends.length, 0)
    pass(1)
    t.equal(ends.length, 1)
    pass(ms)
    t.equal(ends.length, 1)
  })
}

t.test('a timer without an end does not fire, and makes no warning', async (t) => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const { ends } = timerOf(Number.POSITIVE_INFINITY)
  for (let turn = 0; turn < 5; turn += 1) mock.timers.tick(LONGEST_TIMER_MS)
  mock.timers.reset()
  const real = new Timer(Number.POSITIVE_INFINITY, () => ends.push('end'))
  await new Promise((resolve) => setImmediate(resolve))
  real.stop()
  t.strictSame([ends, warnings], [[], []])
})

t.test('a stopped timer does not fire, and a restarted timer begins anew', async (t) => {
  for (const ms of [10, LONGEST_TIMER_MS + 10]) {
    const stopped = timerOf(ms)
    const restarted = timerOf(ms)
    pass(ms - 5)
    stopped.timer.stop()
    restarted.timer.restart()
    pass(ms - 1)
    t.strictSame([stopped.ends, restarted.ends], [[], []])
    pass(1)
    t.strictSame([stopped.ends, restarted.ends], [[], ['end']])
    restarted.timer.restart()
    pass(ms)
    t.equal(restarted.ends.length, 2, 'also after its end')
  }
})

t.test('a timer keeps the process alive only if it says so', async (t) => {
  mock.timers.reset()
  const isAlive = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
  const before = isAlive()
  const timer = new Timer(60_000, () => {})
  t.equal(isAlive(), before)
  const keeping = new Timer(60_000, () => {}, { keepsAlive: true })
  t.equal(isAlive(), before + 1)
  for (const one of [timer, keeping]) one.stop()
})
