// A process that ends is started again: when, how often, and when no more. The test is the clock.
import t, { type Test } from 'tap'
import type { Clock } from './clock.ts'
import { keepRunning, type Restart } from './keep-running.ts'
import type { Exit } from './running-process.ts'

const CRASH: Exit = { code: null, signal: 'SIGSEGV' }

/** Time that passes when it is told to, and at once where somebody waits. */
class TestClock implements Clock {
  time = 0
  now() {
    return this.time
  }
  async wait(milliseconds: number, signal: AbortSignal) {
    signal.throwIfAborted()
    this.time += milliseconds
  }
}

/** A process that the test ends. */
function madeUpProcess() {
  const { promise: exited, resolve: end } = Promise.withResolvers<Exit>()
  const process = {
    exited,
    end,
    isStopped: false,
    stop: async () => {
      process.isStopped = true
    },
  }
  return process
}

type MadeUp = ReturnType<typeof madeUpProcess>

/** Keeps made-up processes running; `failing` starts fail, counted from the second. */
async function keep(t: Test, failing: readonly number[] = []) {
  const clock = new TestClock()
  const ending = new AbortController()
  t.teardown(() => ending.abort())
  const told: Restart[] = []
  const started: MadeUp[] = []
  let starts = 0
  let heard = Promise.withResolvers<void>()
  const kept = await keepRunning(
    async () => {
      starts += 1
      if (failing.includes(starts)) throw new Error(`start ${starts}`)
      const process = madeUpProcess()
      started.push(process)
      return process
    },
    {
      signal: ending.signal,
      clock,
      onRestart: (restart) => {
        told.push(restart)
        if (restart.kind === 'started') heard.resolve()
      },
    },
  )
  /** Ends the process that runs after it has been up for so long, and waits for the next. */
  const crashAfter = async (upMs: number) => {
    clock.time += upMs
    heard = Promise.withResolvers()
    kept.current.end(CRASH)
    await heard.promise
  }
  return { kept, ending, told, started, clock, crashAfter }
}

const pauses = (told: readonly Restart[]) =>
  told.flatMap((restart) => (restart.kind === 'started' ? [] : [restart.pauseMs]))

t.test('the pause before a restart is 1 s, doubles to 30 s, and stays there', async (t) => {
  const { crashAfter, told } = await keep(t)
  for (let crash = 0; crash < 7; crash += 1) await crashAfter(10)
  t.same(pauses(told), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  t.match(told[0], { kind: 'ended', exit: CRASH })
})

t.test('after a minute up the pause is 1 s again, and not a moment before', async (t) => {
  const { crashAfter, told } = await keep(t)
  await crashAfter(0)
  await crashAfter(59_999)
  await crashAfter(60_000)
  await crashAfter(0)
  t.same(pauses(told), [1_000, 2_000, 1_000, 2_000])
})

t.test('a restart that fails is reported and repeated after the next pause', async (t) => {
  const { crashAfter, told, started, clock } = await keep(t, [2, 3])
  await crashAfter(0)
  t.match(told, [
    { kind: 'ended', pauseMs: 1_000 },
    { kind: 'failed', error: { message: 'start 2' }, pauseMs: 2_000 },
    { kind: 'failed', error: { message: 'start 3' }, pauseMs: 4_000 },
    { kind: 'started' },
  ])
  t.equal(clock.time, 7_000)
  t.equal(started.length, 2)
})

t.test('a first start that fails is the caller’s', async (t) => {
  await t.rejects(keep(t, [1]), { message: 'start 1' })
})

t.test('current is the process that runs', async (t) => {
  const { kept, started, crashAfter } = await keep(t)
  t.equal(kept.current, started[0])
  await crashAfter(0)
  t.equal(kept.current, started[1])
})

t.test('nothing is started again once the watch is ended', async (t) => {
  const { kept, ending, told, started } = await keep(t)
  ending.abort()
  kept.current.end(CRASH)
  await kept.finished
  t.same(told, [])
  t.equal(started.length, 1)
})

t.test('a process that comes up while the watch is being ended is stopped', async (t) => {
  const ending = new AbortController()
  const late = madeUpProcess()
  const first = madeUpProcess()
  let starts = 0
  const kept = await keepRunning(
    async () => {
      starts += 1
      if (starts === 1) return first
      ending.abort()
      return late
    },
    { signal: ending.signal, clock: new TestClock() },
  )
  first.end(CRASH)
  await kept.finished
  t.equal(late.isStopped, true)
})
