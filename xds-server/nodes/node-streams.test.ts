// Several streams with one node id: several clients, or one client whose old stream is dead without the server knowing.

import t, { type Test } from 'tap'
import { HandStream, response, STREAM, view } from '../../test/support/hand-stream.ts'
import { MachineStream } from '../../test/support/machine-stream.ts'
import { cluster, staticCluster, tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache, type SnapshotCacheOptions } from '../cache/snapshot-cache.ts'
import { CLUSTER, ENDPOINT, LISTENER } from '../snapshot/resource-type.ts'

const NODE = { id: 'n1', cluster: 'fleet' }

/** A client's ADS stream on a connection of its own. */
function open(cache: SnapshotCache, port: number, more: { readonly continues?: boolean } = {}) {
  const stream = { ...STREAM, id: port, peer: `10.0.0.1:${port}` }
  return new HandStream(cache, NODE, stream, { reportsNoVersions: !more.continues })
}

const ALL = { [CLUSTER]: view('SYNCED'), [LISTENER]: view('SYNCED') }
const BEHIND = { [CLUSTER]: view('STALE'), [LISTENER]: view('SYNCED') }

function serving() {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a'), tcpListener('l', 1, 'a')])
  return cache
}

const outcomeNow = async (cache: SnapshotCache) =>
  (await cache.synced('fleet', { signal: AbortSignal.abort() })).outcome

t.test('X47: two clients with one node id count by themselves: one has all, one only clusters', async (t) => {
  const cache = serving()
  open(cache, 1).become(ALL)
  const other = open(cache, 2)
  other.become({ [CLUSTER]: view('SYNCED') })
  t.equal(await outcomeNow(cache), 'pending')
  const [node] = cache.status('fleet')
  t.match(node, { state: 'NOT_SENT', types: { [LISTENER]: { state: 'NOT_SENT' } } })
  t.same(
    node?.streams.map(({ peer, state }) => [peer, state]),
    [
      ['10.0.0.1:1', 'SYNCED'],
      ['10.0.0.1:2', 'NOT_SENT'],
    ],
    'the status shows which of them lacks something',
  )
  const report = cache.synced('fleet')
  other.become(ALL)
  t.equal((await report).outcome, 'synced')
})

t.test('X47: two real streams with one node id are in sync when both have asked for listeners', async (t) => {
  const cache = serving()
  const [one, other] = [new MachineStream(cache, NODE), new MachineStream(cache, NODE)]
  for (const stream of [one, other]) stream.ask(CLUSTER)
  one.ask(LISTENER)
  for (const stream of [one, other]) stream.answerAll()
  t.equal(await outcomeNow(cache), 'pending')
  other.ask(LISTENER)
  other.answerAll()
  t.equal(await outcomeNow(cache), 'synced')
})

t.test('X47: separate streams of one client count together', async (t) => {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [cluster('a')])
  const separate = (typeUrl: string, id: number) =>
    new HandStream(cache, NODE, { ...STREAM, id, aggregated: false }, { typeUrl })
  separate(CLUSTER, 1).become({ [CLUSTER]: view('SYNCED') })
  t.equal(await outcomeNow(cache), 'pending', 'no endpoints yet')
  separate(ENDPOINT, 2).become({ [ENDPOINT]: view('SYNCED', ['a']) })
  t.equal(await outcomeNow(cache), 'synced')
})

/** A client whose old stream is STALE, and whose connection has died without the server knowing. */
function reconnected(cache: SnapshotCache, more = { continues: true }) {
  const old = open(cache, 1)
  old.become(BEHIND)
  const next = open(cache, 2, more)
  next.become(ALL)
  return { old, next }
}

async function counts(
  t: Test,
  cache: SnapshotCache,
  outcome: string,
  replaced: readonly (true | undefined)[],
) {
  t.equal(await outcomeNow(cache), outcome)
  t.same(
    cache.status('fleet')[0]?.streams.map((stream) => stream.replaced),
    replaced,
  )
}

t.test('X47: a stream that the client continues on another connection does not keep it STALE', async (t) => {
  const cache = serving()
  const { old, next } = reconnected(cache)
  await counts(t, cache, 'synced', [true, undefined])
  t.match(cache.status('fleet')[0]?.streams, [{ state: 'DISCONNECTED' }, { state: 'SYNCED' }])
  old.close()
  t.match(cache.status('fleet'), [{ state: 'SYNCED', streams: [{ id: 2 }] }])
  next.close()
  t.match(cache.status('fleet'), [{ connected: false }])
})

t.test('X47: it counts again if the client sends something on it', async (t) => {
  const cache = serving()
  const { old } = reconnected(cache)
  const report = cache.synced('fleet')
  t.equal((await report).outcome, 'synced')
  old.watch.heard()
  await counts(t, cache, 'pending', [undefined, undefined])
})

t.test('X47: who waits for the node learns at once that it counts again', async (t) => {
  const cache = serving()
  const old = open(cache, 1)
  old.become({ ...BEHIND, [CLUSTER]: view('NACKED') })
  open(cache, 2, { continues: true }).become(BEHIND)
  t.equal(await outcomeNow(cache), 'pending')
  const report = cache.synced('fleet')
  old.watch.heard()
  t.equal((await report).outcome, 'nacked')
})

t.test('X47: it counts again if the stream that continues it has ended', async (t) => {
  const cache = serving()
  const { next } = reconnected(cache)
  next.close()
  t.match(cache.status('fleet'), [{ state: 'STALE', streams: [{ id: 1, state: 'STALE', replaced: true }] }])
})

t.test('X47: the end of a replaced stream is not the end of a client', async (t) => {
  const cache = serving()
  const { old } = reconnected(cache)
  old.unacked = [{ typeUrl: CLUSTER, response: response(['a']), sentAt: 0 }]
  old.close()
  t.notOk(
    cache.status('fleet').some(({ left }) => left),
    'the client is back, so it has not crashed',
  )
  open(cache, 3, { continues: true })
  t.match(cache.status('fleet'), [{ streams: [{ id: 2, replaced: true }, { id: 3 }] }])
})

t.test('X47: a client that reports no versions continues nothing', async (t) => {
  const cache = serving()
  reconnected(cache, { continues: false })
  await counts(t, cache, 'pending', [undefined, undefined])
})

t.test('X47: a client whose old stream has ended continues that one, and no other', async (t) => {
  const cache = serving()
  open(cache, 1).become(BEHIND)
  open(cache, 3).close()
  open(cache, 2, { continues: true }).become(ALL)
  await counts(t, cache, 'pending', [undefined, undefined])
  open(cache, 4, { continues: true }).become(ALL)
  await counts(t, cache, 'synced', [true, undefined, undefined])
})

t.test(
  'X47: the one of the same host is continued, and else the one that was silent for longest',
  async (t) => {
    const cache = serving()
    const at = (peer: string, id: number, continues = false) => {
      const stream = new HandStream(cache, NODE, { ...STREAM, id, peer }, { reportsNoVersions: !continues })
      stream.watch.heard()
      return stream
    }
    const replaced = () =>
      cache.status('fleet')[0]?.streams.flatMap((stream) => (stream.replaced ? [stream.id] : []))
    const first = at('10.0.0.1:50001', 1)
    at('10.0.0.2:50001', 2)
    at('10.0.0.3:50001', 3)
    first.watch.heard()
    at('10.0.0.3:50002', 4, true)
    t.same(replaced(), [3], 'of the same host')
    at('10.0.0.4:50001', 5, true)
    t.same(replaced(), [2, 3], 'silent for longest')
    at('10.0.0.4:50001', 6, true)
    t.same(replaced(), [1, 2, 3], 'not the one of the same connection, which is alive')
  },
)

t.test('X6: what a continued stream NACKed or did not answer is unknown on the new one', async (t) => {
  const cache = serving()
  const old = open(cache, 1)
  old.report({ kind: 'nacked', typeUrl: CLUSTER, response: response(['a']), code: 13, message: 'no' })
  old.unacked = [{ typeUrl: LISTENER, response: response(['l']), sentAt: 0 }]
  const told = (stream: HandStream) => [...stream.watch.unconfirmed].map(([url, names]) => [url, [...names]])
  const next = open(cache, 2, { continues: true })
  t.same(told(next), [
    [CLUSTER, ['a']],
    [LISTENER, ['l']],
  ])
  next.report({ kind: 'acked', typeUrl: CLUSTER, response: response(['a']) })
  next.report({ kind: 'acked', typeUrl: LISTENER, response: response(['l']) })
  old.close()
  t.same(told(open(cache, 3)), [], 'its ACKs settle that, also after the old stream has ended')
})

t.test('X45: names that clients have from their bootstraps count for each stream of a node', async (t) => {
  const outcomeWith = (options: SnapshotCacheOptions) => {
    const cache = new SnapshotCache(options)
    cache.setSnapshot('fleet', [cluster('own')])
    open(cache, 1).become({ [CLUSTER]: view('SYNCED'), [ENDPOINT]: view('SYNCED', []) })
    return outcomeNow(cache)
  }
  t.equal(await outcomeWith({ external: { [CLUSTER]: ['own'] } }), 'synced')
  t.equal(await outcomeWith({}), 'pending', 'of others it needs the endpoints')
})

t.test('X45: separate streams of one client are starting as long as one of them is', async (t) => {
  const cache = serving()
  const separate = (typeUrl: string, id: number) =>
    new HandStream(cache, NODE, { ...STREAM, id, aggregated: false }, { typeUrl })
  const clusters = separate(CLUSTER, 1)
  clusters.become({ [CLUSTER]: view('SYNCED') })
  const endpoints = separate(ENDPOINT, 2)
  endpoints.isStarting = false
  endpoints.become({ [ENDPOINT]: view('SYNCED', []) })
  t.equal(await outcomeNow(cache), 'pending', 'it may still ask for listeners')
  clusters.isStarting = false
  clusters.become({ [CLUSTER]: view('SYNCED') })
  t.equal(await outcomeNow(cache), 'synced')
})

t.test('a node is pinned if one of its streams is', async (t) => {
  const cache = serving()
  open(cache, 1).become(ALL)
  cache.pin('fleet', cache.setSnapshot('fleet', [staticCluster('a')]))
  t.equal(cache.status('fleet')[0]?.pinned, undefined, 'it was there before')
  open(cache, 2)
  t.equal(cache.status('fleet')[0]?.pinned, true)
  cache.unpin('fleet')
  t.equal(cache.status('fleet')[0]?.pinned, undefined)
})

t.test('a stream that has ended says nothing any more, and does not end twice', async (t) => {
  const cache = serving()
  const { old, next } = reconnected(cache)
  old.close()
  old.close()
  old.watch.heard()
  t.match(cache.status('fleet'), [{ state: 'SYNCED', streams: [{ id: 2 }] }])
  t.equal(cache.status('fleet')[0]?.streams.length, 1)
  next.close()
  t.match(cache.status('fleet'), [
    { connected: false, streams: [], types: { [CLUSTER]: { state: 'DISCONNECTED' } } },
  ])
})
