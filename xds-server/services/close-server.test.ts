// A close with a grace drains first, and uses force only if that takes too long. A close without one uses it at once.

import { mock } from 'node:test'
import t from 'tap'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { closeServer, type RunningServer } from './close-server.ts'
import { limitsOf } from './limits.ts'
import { OpenStreams } from './open-streams.ts'

/** A listener whose connections end at GOAWAY, or only by force. */
function running(endsAt: 'drain' | 'close') {
  const calls: string[] = []
  let onClosed = () => {}
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve
  })
  const note = (name: string) => () => {
    calls.push(name)
    if (name === endsAt) onClosed()
  }
  const target = {
    server: { forceShutdown: note('forceShutdown') },
    listeners: [{ port: 1, drain: note('drain'), close: note('close'), closed }],
    streams: new OpenStreams(limitsOf(), new EventQueue<XdsEvent>(), 60_000),
  } as unknown as RunningServer
  return { target, calls }
}

t.test('X83: a graceful close that comes to its end needs no force', async (t) => {
  const { target, calls } = running('drain')
  await closeServer(target, { graceMs: 600_000 })
  t.strictSame(calls, ['drain', 'forceShutdown'])
})

t.test('X83: after the grace, connections end by force', async (t) => {
  const { target, calls } = running('close')
  await closeServer(target, { graceMs: 20 })
  t.strictSame(calls.slice(0, 3), ['drain', 'forceShutdown', 'close'])
})

t.test('X83: without a grace, connections end by force at once', async (t) => {
  const { target, calls } = running('close')
  await closeServer(target, { graceMs: 0 })
  t.strictSame(calls, ['forceShutdown', 'close'])
})

t.test('X83: a grace that is no number is rejected before anything ends', async (t) => {
  const { target, calls } = running('close')
  const error = await closeServer(target, { graceMs: Number.NaN }).catch((error: unknown) => error)
  t.match(error, {
    code: 'invalid-argument',
    message: /^the options of close are invalid:/,
    problems: [{ path: /^graceMs$/, message: /a number of milliseconds/ }],
  })
  t.strictSame(calls, [])
})

t.test('X83: streams have half of the grace to end, and an end by force has its reason', async (t) => {
  const { target } = running('close')
  const seen: unknown[] = []
  const streams = {
    drain: async (withinMs: number) => void seen.push(withinMs),
    announceEnd: (reason: string) => seen.push(reason),
  } as unknown as OpenStreams
  await closeServer({ ...target, streams }, { graceMs: 20 })
  t.strictSame(seen, [10, 'shutdown'])
})

t.test('X83: after a close in peace, force does not follow when the grace is over', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const { target, calls } = running('drain')
  await closeServer(target, { graceMs: 1_000 })
  mock.timers.tick(1_000)
  t.strictSame(calls, ['drain', 'forceShutdown'])
})
