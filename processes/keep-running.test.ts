// Restarts of a process: when, how often, and until when. The test controls the clock.
import t, { type Test } from 'tap'
import type { Clock } from './clock.ts'
import { keepRunning, type Restart } from './keep-running.ts'
import type { Exit } from './running-process.ts'

const CRASH: Exit = { code: null, signal: 'SIGSEGV' }

/** A clock that the test advances. Waits end at once and advance it. */
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

/** Keeps fake processes running. The starts in `failing` fail, counted from the second. */
async function keep(t: Test, failing: readonly number[] = []) {
  const clock = new TestClock()
  const ending = new AbortController()
  t.teardown(() => ending.abort())
  const restarts: Restart[] = []
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
        restarts.push(restart)
        if (restart.kind === 'started') heard.resolve()
      },
    },
  )
  /** Ends the current process after this uptime, and waits for the next one. */
  const crashAfter = async (upMs: number) => {
    clock.time += upMs
    heard = Promise.withResolvers()
    kept.current.end(CRASH)
    await heard.promise
  }
  return { kept, ending, restarts, started, clock, crashAfter }
}

const pauses = (restarts: readonly Restart[]) =>
  restarts.flatMap((restart) => (restart.kind === 'started' ? [] : [restart.pauseMs]))

t.test('the pause before a restart is 1 s, doubles to 30 s, and stays there', async (t) => {
  const { crashAfter, restarts } = await keep(t)
  for (let crash = 0; crash < 7; crash += 1) await crashAfter(10)
  t.same(pauses(restarts), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  t.match(restarts[0], { kind: 'ended', exit: CRASH })
})

t.test('after a minute of uptime the pause is 1 s again, and not earlier', async (t) => {
  const { crashAfter, restarts } = await keep(t)
  await crashAfter(0)
  await crashAfter(59_999)
  await crashAfter(60_000)
  await crashAfter(0)
  t.same(pauses(restarts), [1_000, 2_000, 1_000, 2_000])
})

t.test('a restart that fails is reported and repeated after the next pause', async (t) => {
  const { crashAfter, restarts, started, clock } = await keep(t, [2, 3])
  await crashAfter(0)
  t.match(restarts, [
    { kind: 'ended', pauseMs: 1_000 },
    { kind: 'failed', error: { message: 'start 2' }, pauseMs: 2_000 },
    { kind: 'failed', error: { message: 'start 3' }, pauseMs: 4_000 },
    { kind: 'started' },
  ])
  t.equal(clock.time, 7_000)
  t.equal(started.length, 2)
})

t.test('a failed first start rejects', async (t) => {
  await t.rejects(keep(t, [1]), { message: 'start 1' })
})

t.test('current is the running process', async (t) => {
  const { kept, started, crashAfter } = await keep(t)
  t.equal(kept.current, started[0])
  await crashAfter(0)
  t.equal(kept.current, started[1])
})

t.test('nothing restarts after the watch has ended', async (t) => {
  const { kept, ending, restarts, started } = await keep(t)
  ending.abort()
  kept.current.end(CRASH)
  await kept.finished
  t.same(restarts, [])
  t.equal(started.length, 1)
})

t.test('a process that starts while the watch ends is stopped', async (t) => {
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
