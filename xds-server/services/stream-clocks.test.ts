// The times of a stream: for answers, for the drain of listeners, for a client that starts or comes back, for heartbeats and lookups.

import { mock } from 'node:test'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { HandXds, type HandXdsOptions } from '../../test/support/hand-xds.ts'
import { inlineListener, routes, staticCluster } from '../../test/support/resources.ts'
import type { ResourceInput } from '../snapshot/resource.ts'
import { CLUSTER, LISTENER, ROUTE } from '../snapshot/resource-type.ts'
import type { OnDemandRequest } from './lookups.ts'

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }))
t.afterEach(() => mock.timers.reset())

function serve(resources: readonly ResourceInput[], options?: HandXdsOptions): HandXds {
  const hand = new HandXds(options)
  hand.cache.setSnapshot('fleet', resources)
  return hand
}

t.test('the oldest response that has no answer in time ends the stream', async (t) => {
  const hand = serve([staticCluster('a'), routes('r', 'a')], { answerTimeoutMs: 1_000 })
  hand.ask(CLUSTER)
  hand.take()
  mock.timers.tick(100)
  hand.ask(ROUTE, 'r')
  const [route] = hand.received()
  mock.timers.tick(100)
  hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('b')] })
  t.strictSame(
    hand.cache.status()[0]?.streams[0]?.pending.map(({ sentAt }) => Date.parse(sentAt)),
    [200, 100],
    'the status says since when',
  )
  mock.timers.tick(899)
  t.strictSame(hand.call.errors, [])
  mock.timers.tick(1)
  const { nonce, systemVersionInfo } = route ?? {}
  t.strictSame(hand.call.errors, [
    {
      code: status.DEADLINE_EXCEEDED,
      details: `response ${nonce} (version ${systemVersionInfo} of ${ROUTE}) was neither ACKed nor NACKed within 1000 ms`,
    },
  ])
  t.match(hand.events.slice(-2), [
    { kind: 'overdue', typeUrl: ROUTE, nonce },
    { kind: 'closed', pending: [{ typeUrl: CLUSTER }, { typeUrl: ROUTE }] },
  ])
  t.equal(hand.streams.count, 0)
})

t.test('a stream whose client answers in time goes on, and so does one without a limit', async (t) => {
  for (const options of [{ answerTimeoutMs: 1_000 }, {}]) {
    const hand = serve([staticCluster('a')], options)
    hand.ask(CLUSTER)
    if ('answerTimeoutMs' in options) hand.take()
    mock.timers.tick(100_000)
    t.strictSame(hand.call.errors, [])
  }
})

/** Moves a listener to another cluster, and takes the first one away. @returns whether it is removed before the drain time is over */
function removesAtOnce(t: Test, hand: HandXds): boolean {
  hand.ask(CLUSTER)
  hand.take()
  hand.ask(LISTENER)
  hand.take()
  hand.cache.setSnapshot('fleet', [staticCluster('new'), inlineListener('l', 1, 'new')])
  t.strictSame(hand.take(), ['new'])
  t.strictSame(hand.take(), ['l'])
  const names = hand.take()
  if (names.length === 0) return false
  t.strictSame(names, ['-old'])
  return true
}

const OLD = [staticCluster('old'), inlineListener('l', 1, 'old')]

t.test('X42: what a replaced listener uses is removed when its drain time is over', async (t) => {
  const hand = serve(OLD, { drainTimeMs: 1_000 })
  t.notOk(removesAtOnce(t, hand))
  mock.timers.tick(999)
  t.strictSame(hand.take(), [])
  mock.timers.tick(1)
  t.strictSame(hand.take(), ['-old'])
})

t.test('X42: without a drain time, it is removed at once', async (t) => {
  t.ok(removesAtOnce(t, serve(OLD, { drainTimeMs: 0 })))
})

t.test('X42: a drain time that ends after the stream has no effect', async (t) => {
  const hand = serve(OLD, { drainTimeMs: 1_000 })
  removesAtOnce(t, hand)
  hand.call.emit('close')
  mock.timers.tick(1_000)
  t.strictSame(hand.received(), [])
})

t.test(
  'a client that reports what it had is sent changed listeners when it has asked or its time is over',
  async (t) => {
    const resume = () => {
      const hand = serve([staticCluster('new'), inlineListener('l', 1, 'new')], { startTimeMs: 1_000 })
      hand.send({
        typeUrl: LISTENER,
        initialResourceVersions: { l: 'of an earlier stream' },
      })
      return hand
    }
    const hand = resume()
    mock.timers.tick(999)
    t.strictSame(hand.take(), [])
    mock.timers.tick(1)
    t.strictSame(hand.take(), ['l'])
    const gone = resume()
    gone.call.emit('close')
    mock.timers.tick(1_000)
    t.strictSame(gone.received(), [])
  },
)

/** A stream that is to end, and whose client has not answered. */
function ending(): HandXds {
  const hand = serve([staticCluster('a')])
  hand.ask(CLUSTER)
  void hand.streams.drain(10, 5)
  return hand
}

t.test('X81: a push to a stream that is to end waits for the answer, which ends it', async (t) => {
  const hand = ending()
  hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('b')] })
  mock.timers.tick(999)
  t.equal(hand.cache.status()[0]?.state, 'STALE')
  t.strictSame(hand.take(), ['a'])
  t.equal(hand.call.ends, 1)
  mock.timers.tick(10_000)
  t.strictSame(hand.received(), [], 'nothing of it is left')
})

t.test(
  'X81: a client that does not answer is pushed what has waited after a second, again and again',
  async (t) => {
    const hand = ending()
    hand.received()
    for (const name of ['b', 'c']) {
      hand.cache.updateSnapshot('fleet', { upsert: [staticCluster(name)] })
      void hand.streams.drain(10, 5)
      mock.timers.tick(999)
      t.strictSame(hand.received(), [], 'to be told twice that it ends makes no difference')
      mock.timers.tick(1)
      t.strictSame(hand.receivedNames(), [name])
    }
  },
)

t.test('a client that asks for clusters only has started when its time is over', async (t) => {
  const hand = serve([staticCluster('a'), inlineListener('l', 1, 'a')], { startTimeMs: 1_000 })
  hand.ask(CLUSTER)
  mock.timers.tick(500)
  hand.take()
  mock.timers.tick(999)
  t.equal(hand.cache.status()[0]?.state, 'NOT_SENT', 'its listeners may come')
  t.notOk(hand.kinds().includes('started'))
  mock.timers.tick(1)
  t.ok(hand.kinds().includes('started'))
  t.equal(hand.cache.status()[0]?.state, 'SYNCED')
})

for (const [what, request] of [
  ['asks for listeners first', { typeUrl: LISTENER }],
  ['reports what it had', { typeUrl: CLUSTER, initialResourceVersions: { a: '1' } }],
] as const) {
  t.test(`a client that ${what} does not start`, async (t) => {
    const hand = serve([staticCluster('a')], { startTimeMs: 1_000 })
    hand.send(request)
    mock.timers.tick(10_000)
    t.notOk(hand.kinds().includes('started'))
  })
}

t.test('a client that leaves while it starts has not started', async (t) => {
  const hand = serve([staticCluster('a')], { startTimeMs: 1_000 })
  hand.ask(CLUSTER)
  hand.call.emit('close')
  mock.timers.tick(10_000)
  t.equal(hand.kinds().at(-1), 'closed')
})

const EXPIRING = [{ resource: staticCluster('a'), ttlMs: 9_000 }]
const TTLS = { node: { id: 'n1', cluster: 'fleet', clientFeatures: ['xds.config.supports-resource-ttl'] } }

t.test('X32: a client that takes TTLs is sent heartbeats, which need no answer', async (t) => {
  const hand = serve(EXPIRING, { ...TTLS, answerTimeoutMs: 20_000 })
  hand.ask(CLUSTER)
  t.strictSame(hand.take(), ['a'])
  mock.timers.tick(2_999)
  t.strictSame(hand.received(), [])
  mock.timers.tick(1)
  t.match(hand.received(), [{ resources: [{ name: 'a', resource: undefined }] }])
  t.equal(hand.events.at(-1)?.kind, 'heartbeat')
  mock.timers.tick(30_000)
  t.strictSame(hand.call.errors, [])
  hand.call.emit('close')
  const { length } = hand.call.sent
  mock.timers.tick(9_000)
  t.equal(hand.call.sent.length, length, 'they end with the stream')
})

t.test('X32: other clients are sent none', async (t) => {
  const hand = serve(EXPIRING)
  hand.ask(CLUSTER)
  hand.take()
  mock.timers.tick(9_000)
  t.strictSame(hand.received(), [])
})

/** A lookup that ends when the test says so. */
function lookup() {
  const requests: OnDemandRequest[] = []
  const ends: (() => void)[] = []
  const onDemand = (request: OnDemandRequest) => {
    requests.push(request)
    return new Promise<void>((resolve) => ends.push(resolve))
  }
  return { requests, ends, lookup: { onDemand, timeoutMs: 4_000 } }
}

t.test('a missing name is looked up, and the client learns after it that it does not exist', async (t) => {
  const { requests, ends, ...options } = lookup()
  const hand = serve([staticCluster('a')], options)
  hand.ask(CLUSTER, 'a', 'b')
  t.match(requests, [{ node: { id: 'n1' }, group: 'fleet', typeUrl: CLUSTER, names: ['b'] }])
  t.equal(requests.length, 1)
  t.strictSame(hand.take(), ['a'])
  ends[0]?.()
  await new Promise(setImmediate)
  t.strictSame(hand.take(), ['-b'])
})

t.test(
  'a lookup that ends after its stream has no effect, and none begins for a stream that was ended',
  async (t) => {
    const { requests, ends, ...options } = lookup()
    const hand = serve([staticCluster('a')], options)
    hand.ask(CLUSTER, 'b')
    hand.call.emit('close')
    ends[0]?.()
    mock.timers.tick(4_000)
    await new Promise(setImmediate)
    t.strictSame(hand.received(), [])
    const ended = serve([staticCluster('a')], options)
    ended.cache.onEvent(({ kind }) => kind === 'subscribed' && ended.streams.disconnect('fleet', 'n1'))
    ended.ask(CLUSTER, 'b')
    t.equal(requests.length, 1)
  },
)

t.test('without lookups, a client learns at once that a name does not exist', async (t) => {
  const hand = serve([staticCluster('a')])
  hand.ask(CLUSTER, 'b')
  t.strictSame(hand.take(), ['-b'])
})
