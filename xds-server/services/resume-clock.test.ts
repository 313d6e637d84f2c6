// A client that reconnects has a time to ask for all its types.

import { mock } from 'node:test'
import t from 'tap'
import { deltaRequest } from '../../test/support/requests.ts'
import { snapshotFor } from '../../test/support/script-resources.ts'
import { LISTENER } from '../snapshot/resource-type.ts'
import { delta } from '../streams/protocol.ts'
import { createStreamState, type StreamState } from '../streams/stream.ts'
import { ResumeClock } from './resume-clock.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

const served = { ...createStreamState(), snapshot: snapshotFor('CDS a=1 | LDS l=1', 1) }

function ask(state: StreamState, typeUrl: string, reported: string): StreamState {
  const initialResourceVersions = new Map(reported === '' ? [] : [[reported, 'v0']])
  const request = deltaRequest({ typeUrl, initialResourceVersions })
  return delta.step(state, { kind: 'request', request }).state
}

function clockOf() {
  const over: true[] = []
  return { clock: new ResumeClock(1_000, () => over.push(true)), over }
}

t.test('X89: the time begins when the client has reported something, and ends once', async (t) => {
  const { clock, over } = clockOf()
  clock.update(ask(served, LISTENER, 'l'))
  mock.timers.tick(999)
  clock.update(ask(served, LISTENER, 'l'))
  t.same(over, [])
  mock.timers.tick(1)
  t.same(over, [true])
  clock.update(ask(served, LISTENER, 'l'))
  mock.timers.tick(2_000)
  t.same(over, [true])
})

const NO_TIMER: readonly [string, StreamState][] = [
  ['reports nothing', ask(served, LISTENER, '')],
  ['is gRPC', ask({ ...served, client: 'grpc' }, LISTENER, 'l')],
  ['is on a separate service', ask({ ...served, isAggregated: false }, LISTENER, 'l')],
]
for (const [title, state] of NO_TIMER) {
  t.test(`X89: a client that ${title} needs no time`, async (t) => {
    const { clock, over } = clockOf()
    clock.update(state)
    mock.timers.tick(2_000)
    t.same(over, [])
  })
}

t.test('X36: a stream that ends has no timer', async (t) => {
  const { clock, over } = clockOf()
  clock.update(ask(served, LISTENER, 'l'))
  clock.stop()
  mock.timers.tick(2_000)
  t.same(over, [])
})
