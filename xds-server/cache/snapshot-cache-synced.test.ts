// Waiting for a group: all outcomes, and what happens to nodes meanwhile.

import t from 'tap'
import { HandStream, view } from '../../test/support/hand-stream.ts'
import { MachineStream } from '../../test/support/machine-stream.ts'
import {
  assignment,
  badCluster,
  cluster,
  httpListener,
  routes,
  tcpListener,
} from '../../test/support/resources.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../snapshot/resource-type.ts'
import { SnapshotCache } from './snapshot-cache.ts'

const RESOURCES = [cluster('a'), assignment('a', 1), httpListener('main', 1), routes('main', 'a')]

/** A cache and a node of its fleet that holds all it is served. */
function synced() {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', RESOURCES)
  const envoy = new MachineStream(cache)
  envoy.ask(CLUSTER)
  envoy.ask(LISTENER)
  envoy.answerAll()
  return { cache, envoy }
}

/** The outcome if it stands already. */
async function outcomeNow(cache: SnapshotCache): Promise<string> {
  return (await cache.synced('fleet', { signal: AbortSignal.abort() })).outcome
}

t.test('a fleet is synced when each type was ACKed, through all stages, and not before', async (t) => {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', RESOURCES)
  const envoy = new MachineStream(cache)
  envoy.ask(CLUSTER)
  const report = cache.synced('fleet')
  envoy.ask(LISTENER)
  while (envoy.unacked.length > 0) {
    t.equal(await outcomeNow(cache), 'pending')
    envoy.answer()
  }
  t.match(await report, { outcome: 'synced', nodes: [{ id: 'n1', connected: true, state: 'SYNCED' }] })
  t.equal(await outcomeNow(cache), 'synced')
})

t.test('a starting Envoy is not synced between its clusters and its listeners', async (t) => {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [badCluster('a'), tcpListener('l', 1, 'a')])
  const envoy = new MachineStream(cache)
  envoy.ask(CLUSTER)
  envoy.answerAll()
  const { nodes } = await cache.synced('fleet', { signal: AbortSignal.abort() })
  t.match(nodes, [{ state: 'NOT_SENT', types: { [CLUSTER]: { state: 'SYNCED' } } }])
  envoy.ask(LISTENER)
  envoy.answerAll()
  t.equal(await outcomeNow(cache), 'synced')
})

t.test(
  'a node that has not subscribed to everything that its resources refer to is not synced',
  async (t) => {
    const cache = new SnapshotCache()
    cache.setSnapshot('fleet', RESOURCES)
    const node = new HandStream(cache)
    const all = {
      [CLUSTER]: view('SYNCED'),
      [LISTENER]: view('SYNCED'),
      [ENDPOINT]: view('SYNCED', ['a']),
      [ROUTE]: view('SYNCED', ['main']),
    }
    for (const missing of [ENDPOINT, ROUTE]) {
      node.become({ ...all, [missing]: view('SYNCED', []) })
      t.equal(await outcomeNow(cache), 'pending')
    }
    const report = cache.synced('fleet')
    node.become(all)
    t.equal((await report).outcome, 'synced')
  },
)

t.test('a change makes a synced fleet pending until it is ACKed', async (t) => {
  const { cache, envoy } = synced()
  cache.updateSnapshot('fleet', { upsert: [cluster('a', 2)] })
  t.equal(await outcomeNow(cache), 'pending')
  const report = cache.synced('fleet')
  envoy.answerAll()
  t.equal((await report).outcome, 'synced')
})

t.test('an update without changes leaves the group synced', async (t) => {
  const { cache } = synced()
  cache.setSnapshot('fleet', RESOURCES)
  t.equal(await outcomeNow(cache), 'synced')
})

t.test('X7: a NACK ends the wait, with the message of the client', async (t) => {
  const { cache, envoy } = synced()
  const { sequence } = cache.updateSnapshot('fleet', { upsert: [badCluster('b')] })
  const report = cache.synced('fleet')
  const { nonce, version } = envoy.answer('no EDS source')
  t.ok(sequence > 1)
  t.match(await report, {
    outcome: 'nacked',
    nodes: [
      {
        id: 'n1',
        state: 'NACKED',
        types: {
          [CLUSTER]: {
            state: 'NACKED',
            nack: { version, nonce, code: 13, message: 'no EDS source', names: ['b'] },
          },
        },
      },
    ],
  })
})

t.test('X7: a NACK of earlier content does not count for what is served now', async (t) => {
  const { cache, envoy } = synced()
  cache.updateSnapshot('fleet', { upsert: [tcpListener('bad', 99_999, 'a')] })
  envoy.answer('no such port')
  t.equal(await outcomeNow(cache), 'nacked')
  // The listener is fixed, but must wait for the cluster of the same snapshot.
  cache.updateSnapshot('fleet', { upsert: [cluster('b'), tcpListener('bad', 2, 'b')] })
  t.equal(await outcomeNow(cache), 'pending')
  const report = cache.synced('fleet')
  envoy.answerAll()
  t.equal((await report).outcome, 'synced')
})

t.test(
  'X7: a type stays NACKED while the NACKed content is served, even if something else changes',
  async (t) => {
    const { cache, envoy } = synced()
    cache.updateSnapshot('fleet', { upsert: [badCluster('b')] })
    envoy.answer('no EDS source')
    cache.updateSnapshot('fleet', { upsert: [routes('main', 'b')] })
    t.equal(await outcomeNow(cache), 'nacked')
  },
)

t.test('a wait without a connected node is unverified at once', async (t) => {
  const { cache, envoy } = synced()
  envoy.close()
  t.same(await cache.synced('fleet'), { outcome: 'unverified', nodes: [], left: [] })
  t.same(await cache.synced('no such group'), { outcome: 'unverified', nodes: [], left: [] })
})

t.test('a wait that its signal ends is pending, and lists the nodes that are behind', async (t) => {
  const { cache } = synced()
  cache.updateSnapshot('fleet', { upsert: [cluster('a', 2)] })
  const patience = new AbortController()
  const report = cache.synced('fleet', { signal: patience.signal })
  patience.abort()
  t.match(await report, {
    outcome: 'pending',
    nodes: [{ id: 'n1', types: { [CLUSTER]: { state: 'STALE' } } }],
  })
})

t.test('a wait includes a node that connects later', async (t) => {
  const { cache, envoy } = synced()
  cache.updateSnapshot('fleet', { upsert: [cluster('a', 2)] })
  const report = cache.synced('fleet')
  const late = new MachineStream(cache, { id: 'n2', cluster: 'fleet' })
  envoy.answerAll()
  t.equal(await outcomeNow(cache), 'pending')
  late.ask(CLUSTER)
  late.ask(LISTENER)
  late.answerAll()
  t.match(await report, { outcome: 'synced', nodes: [{ id: 'n1' }, { id: 'n2' }] })
})

t.test('a wait excludes a node that disconnects, and is unverified if it was the last', async (t) => {
  for (const others of [true, false]) {
    const { cache, envoy } = synced()
    const other = new HandStream(cache, { id: 'n2', cluster: 'fleet' })
    other.become({ [CLUSTER]: view('SYNCED', []) })
    if (!others) other.close()
    cache.updateSnapshot('fleet', { upsert: [cluster('a', 2)] })
    const report = cache.synced('fleet')
    envoy.close()
    t.equal((await report).outcome, others ? 'synced' : 'unverified')
  }
})

t.test('a change that leaves a node nothing to subscribe to ends the wait', async (t) => {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [cluster('a')])
  const node = new HandStream(cache)
  node.become({ [CLUSTER]: view('SYNCED') })
  const report = cache.synced('fleet')
  t.equal(await outcomeNow(cache), 'pending')
  cache.setSnapshot('fleet', [])
  t.equal((await report).outcome, 'synced')
})

t.test('clearing the snapshot does not end a wait', async (t) => {
  const { cache, envoy } = synced()
  cache.updateSnapshot('fleet', { upsert: [cluster('a', 2)] })
  const report = cache.synced('fleet')
  cache.clearSnapshot('fleet')
  t.equal(await outcomeNow(cache), 'pending')
  cache.setSnapshot('fleet', RESOURCES)
  envoy.answerAll()
  t.equal((await report).outcome, 'synced')
})

t.test('the status lists the nodes of one group or of all, including disconnected ones', async (t) => {
  const { cache, envoy } = synced()
  new HandStream(cache, { id: 'n9', cluster: 'other' })
  envoy.close()
  t.same(
    cache.status().map(({ group, id, state }) => [group, id, state]),
    [
      ['fleet', 'n1', 'DISCONNECTED'],
      ['other', 'n9', 'NOT_SENT'],
    ],
  )
  t.same(
    cache.status('other').map(({ id }) => id),
    ['n9'],
  )
  t.same(cache.status('no such group'), [])
})
