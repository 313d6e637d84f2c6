// A client that has asked for clusters only, and then says nothing for a time, has started.

import { mock } from 'node:test'
import t from 'tap'
import { deltaRequest } from '../../test/support/requests.ts'
import { CLUSTER, ENDPOINT, LISTENER, RUNTIME } from '../snapshot/resource-type.ts'
import { delta } from '../streams/protocol.ts'
import { createStreamState } from '../streams/stream.ts'
import { StartClock } from './start-clock.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

function requestFor(typeUrl: string) {
  if ([ENDPOINT, RUNTIME].includes(typeUrl)) return { typeUrl, subscribe: ['a'] }
  return typeUrl.startsWith('xdstp:') ? { typeUrl: CLUSTER, subscribe: [typeUrl] } : { typeUrl }
}

/** The state of a stream after wildcards for these types, or after names of clusters. */
function asked(...typeUrls: readonly string[]) {
  let state = createStreamState()
  for (const typeUrl of typeUrls) {
    state = delta.step(state, { kind: 'request', request: deltaRequest(requestFor(typeUrl)) }).state
  }
  return state
}

function clockOf() {
  const started: true[] = []
  return { clock: new StartClock(1_000, () => started.push(true)), started }
}

t.test('a client with clusters only has started when it has said nothing for the time', async (t) => {
  const { clock, started } = clockOf()
  clock.heard(asked(CLUSTER))
  clock.heard(asked(CLUSTER, ENDPOINT))
  mock.timers.tick(999)
  t.same([clock.isStarting, started.length], [true, 0])
  mock.timers.tick(1)
  t.same([clock.isStarting, started.length], [false, 1])
  clock.heard(asked(CLUSTER))
  mock.timers.tick(2_000)
  t.same([clock.isStarting, started.length], [false, 1], 'it starts once')
})

t.test('X71: a client with runtime layers is starting until it asks for listeners', async (t) => {
  const { clock, started } = clockOf()
  clock.heard(asked(RUNTIME))
  clock.heard(asked(RUNTIME, CLUSTER))
  mock.timers.tick(999)
  t.same([clock.isStarting, started.length], [true, 0])
  clock.heard(asked(RUNTIME, CLUSTER, LISTENER))
  t.equal(clock.isStarting, false)
})

t.test(
  'X71: a client with runtime layers only has started when it has said nothing for the time',
  async (t) => {
    const { clock, started } = clockOf()
    clock.heard(asked(RUNTIME))
    mock.timers.tick(1_000)
    t.same([clock.isStarting, started.length], [false, 1])
  },
)

for (const types of [[LISTENER], [CLUSTER, LISTENER], [ENDPOINT], [RUNTIME, ENDPOINT]]) {
  t.test(`a client that asks for ${types.length === 1 ? types[0] : 'both'} is not starting`, async (t) => {
    const { clock, started } = clockOf()
    t.equal(clock.isStarting, true)
    clock.heard(asked(...types))
    t.equal(clock.isStarting, false)
    mock.timers.tick(2_000)
    t.same(started, [], 'its status has been told so by what it asked for')
  })
}

t.test(
  'X77: a client with clusters of a glob collection only is starting, and one by name is not',
  async (t) => {
    const { clock } = clockOf()
    clock.heard(asked('xdstp://a/C/f/*'))
    t.equal(clock.isStarting, true)
    clock.heard(asked('xdstp://a/C/f/a'))
    t.equal(clock.isStarting, false)
  },
)

t.test('X36: a stream that ends has no timer', async (t) => {
  const { clock, started } = clockOf()
  clock.stop()
  mock.timers.tick(2_000)
  t.same([clock.isStarting, started.length], [false, 0])
})
