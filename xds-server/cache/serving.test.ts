// What a server needs of a cache: pins, descriptions of clients, and faults in what the user gave.

import t from 'tap'
import { HandStream, response, STREAM } from '../../test/support/hand-stream.ts'
import { cluster } from '../../test/support/resources.ts'
import type { FaultSource, XdsEvent } from '../nodes/events.ts'
import { CLUSTER, ENDPOINT } from '../snapshot/resource-type.ts'
import { OptionFault } from './option.ts'
import { SnapshotCache, servingOf } from './snapshot-cache.ts'

t.test('each client is described with its node and its resources', async (t) => {
  const cache = new SnapshotCache()
  const stream = new HandStream(cache)
  stream.resources = [{ typeUrl: CLUSTER, name: 'a', state: 'notSent', served: undefined, acked: undefined }]
  t.match(servingOf(cache).clientViews(), [
    { group: 'fleet', node: { id: 'n1', cluster: 'fleet' }, resources: [{ name: 'a', state: 'notSent' }] },
  ])
  stream.close()
  t.same(servingOf(cache).clientViews(), [])
})

t.test('X48: a group that was never served anything has nothing unconfirmed', async (t) => {
  const cache = new SnapshotCache()
  const stream = new HandStream(cache)
  stream.unacked = [{ typeUrl: CLUSTER, response: response([], { removed: ['made up'] }), sentAt: 0 }]
  stream.close()
  t.equal(new HandStream(cache).watch.unconfirmed.size, 0)
})

t.test('X8: pinning a group to the same snapshot again leaves its nodes pinned', async (t) => {
  const cache = new SnapshotCache()
  const good = cache.setSnapshot('fleet', [cluster('a')])
  cache.pin('fleet', good)
  const stream = new HandStream(cache)
  const newest = cache.setSnapshot('fleet', [cluster('b')])
  cache.pin('fleet', good)
  t.equal(stream.watch.snapshot(), good)
  t.equal(cache.nodeSnapshot('fleet', 'n1'), good, 'the cache says so too')
  t.equal(cache.nodeStatus('fleet', 'n1').pinned, true)
  cache.pin('fleet', newest)
  t.equal(stream.watch.snapshot(), newest, 'another trial is not for nodes that were there before')
  t.notOk(cache.nodeStatus('fleet', 'n1').pinned)
})

t.test('X89: what SotW streams of a group were sent of clusters is known by its version', async (t) => {
  const cache = new SnapshotCache()
  const sotw = new HandStream(cache, { id: 'n1', cluster: 'fleet' }, { ...STREAM, protocol: 'sotw' })
  const { types } = cache.setSnapshot('fleet', [cluster('a')])
  const { version = '', list = [] } = types.get(CLUSTER) ?? {}
  const sent = { kind: 'sent' as const, response: { ...response([]), version, resources: list } }
  const found = (stream: HandStream) => stream.watch.sentClusters(version)?.list
  new HandStream(cache).report({ ...sent, typeUrl: CLUSTER })
  sotw.report({ ...sent, typeUrl: ENDPOINT })
  t.equal(found(sotw), undefined)
  sotw.report({ ...sent, typeUrl: CLUSTER })
  t.same(found(new HandStream(cache)), list)
  t.equal(found(new HandStream(cache, { id: 'n1', cluster: 'other' })), undefined)
})

t.test('an option that throws is a fault of that option', async (t) => {
  const fail = () => {
    throw new TypeError('no such fleet')
  }
  for (const source of ['nodeGroup', 'listenerAddress']) {
    const cache = new SnapshotCache({ [source]: fail })
    t.throws(
      () => new HandStream(cache),
      new OptionFault(source as FaultSource, new TypeError('no such fleet')),
    )
  }
})

t.test('X6: a NACK log that cannot be written is a fault, and the stream goes on', async (t) => {
  const error = new Error('the disk is full')
  const nackLog = { read: () => [], append: () => Promise.reject(error), close: async () => {} }
  const cache = new SnapshotCache({ nackLog })
  const faulted = new Promise<XdsEvent>((resolve) => {
    cache.onEvent((event) => event.kind === 'fault' && resolve(event))
  })
  const stream = new HandStream(cache)
  stream.report({ kind: 'nacked', typeUrl: CLUSTER, response: response(['a']), code: 13, message: 'no' })
  t.match(await faulted, { kind: 'fault', source: 'nackLog', message: /disk is full/, error })
  t.equal(servingOf(cache).watchCount, 1)
})
