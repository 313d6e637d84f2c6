// The nodes that are or were connected: what is remembered of them, and for how long.

import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import t from 'tap'
import { STREAM, view } from '../../test/support/hand-stream.ts'
import { tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { NodeRegistry } from './node-registry.ts'
import type { StreamSource } from './node-streams.ts'
import type { TypeView } from './status.ts'

const SERVED = new SnapshotCache().setSnapshot('fleet', [tcpListener('l', 1, 'a')])

function stream(
  id: number,
  types: Readonly<Record<string, TypeView>> = {},
  more: Partial<StreamSource> = {},
): StreamSource {
  return {
    info: { ...STREAM, id, aggregated: false },
    service: 'any',
    snapshot: () => SERVED,
    describe: () => new Map(Object.entries(types)),
    pending: () => [],
    clientView: () => ({ node: create(NodeSchema), resources: [] }),
    isPinned: () => false,
    onReplaced: () => {},
    ...more,
  }
}

t.test('a connected node shows its streams and their types together', async (t) => {
  const registry = new NodeRegistry()
  const pending = [{ typeUrl: LISTENER, version: 'v1', nonce: '7', sentAt: '2026-01-01T00:00:00.000Z' }]
  registry.add('fleet', 'n1', stream(1, { [CLUSTER]: view('SYNCED') }))
  registry.add('fleet', 'n1', stream(2, { [LISTENER]: view('STALE', ['l']) }, { pending: () => pending }))
  t.same(registry.describe('fleet', 'n1'), {
    id: 'n1',
    group: 'fleet',
    connected: true,
    state: 'STALE',
    streams: [
      { ...STREAM, id: 1, aggregated: false, state: 'STALE', pending: [] },
      { ...STREAM, id: 2, aggregated: false, state: 'STALE', pending },
    ],
    types: {
      [CLUSTER]: { state: 'SYNCED', wildcard: true, names: 0 },
      [LISTENER]: { state: 'STALE', wildcard: false, names: 1, subscribed: ['l'] },
    },
  })
})

t.test(
  'a node is connected while a stream is open, and then DISCONNECTED with its last status',
  async (t) => {
    const registry = new NodeRegistry()
    const first = registry.add('fleet', 'n1', stream(1, { [CLUSTER]: view('SYNCED') }))
    const second = registry.add(
      'fleet',
      'n1',
      stream(2, { [CLUSTER]: view('NACKED', ['a'], { ackedVersion: 'v1' }) }),
    )
    first.remove()
    t.match(registry.describe('fleet', 'n1'), { connected: true, state: 'NACKED' })
    t.same(registry.connected('fleet'), ['n1'])
    second.remove()
    second.remove()
    t.same(registry.connected('fleet'), [])
    t.same(registry.nodes('fleet'), ['n1'])
    t.same(registry.describe('fleet', 'n1'), {
      id: 'n1',
      group: 'fleet',
      connected: false,
      state: 'DISCONNECTED',
      streams: [],
      types: {
        [CLUSTER]: {
          state: 'DISCONNECTED',
          wildcard: false,
          names: 1,
          subscribed: ['a'],
          ackedVersion: 'v1',
        },
      },
    })
  },
)

t.test('the status of a disconnected node includes what it lacked', async (t) => {
  const registry = new NodeRegistry()
  registry.add('fleet', 'n1', stream(1, { [CLUSTER]: view('SYNCED') }, { isStarting: () => true })).remove()
  const { types } = registry.describe('fleet', 'n1')
  t.same(Object.keys(types), [CLUSTER, LISTENER])
  t.equal(types[LISTENER]?.state, 'DISCONNECTED')
})

t.test('what a node left unanswered is in its status until it opens a stream', async (t) => {
  const registry = new NodeRegistry()
  const pending = [{ typeUrl: LISTENER, version: 'v1', nonce: '7', sentAt: '2026-01-01T00:00:00.000Z' }]
  registry.add('fleet', 'n1', stream(1, {}, { pending: () => pending })).remove()
  t.match(registry.describe('fleet', 'n1'), { connected: false, left: pending })
  const next = registry.add('fleet', 'n1', stream(2))
  t.notOk('left' in registry.describe('fleet', 'n1'))
  next.remove()
  t.notOk('left' in registry.describe('fleet', 'n1'), 'this one had answered everything')
})

t.test('nodes with one id in two groups are two nodes', async (t) => {
  const registry = new NodeRegistry()
  registry.add('one', 'n', stream(1))
  registry.add('two', 'n', stream(2))
  t.same(registry.groups(), ['one', 'two'])
  t.match(registry.describe('two', 'n').streams, [{ id: 2 }])
  t.same(registry.nodes('three'), [])
  t.same(registry.connected('three'), [])
  const unknown = { connected: false, state: 'DISCONNECTED', streams: [], types: {} }
  t.same(registry.describe('three', 'n'), { id: 'n', group: 'three', ...unknown })
  t.same(registry.describe('one', 'other'), { id: 'other', group: 'one', ...unknown })
})

t.test('a node that is not connected is served nothing', async (t) => {
  const registry = new NodeRegistry()
  const { remove } = registry.add('fleet', 'n1', stream(1))
  t.equal(registry.snapshot('fleet', 'n1'), SERVED)
  remove()
  for (const [group, id] of [
    ['fleet', 'n1'],
    ['fleet', 'unknown'],
    ['unknown', 'n1'],
  ] as const) {
    t.equal(registry.snapshot(group, id), undefined, `${group} ${id}`)
  }
})

t.test(
  'X47: a stream continues none unless it says so, and an ended one is neither heard nor replaced',
  async (t) => {
    const registry = new NodeRegistry()
    const at = (id: number) => stream(id, {}, { info: { ...STREAM, id, peer: `10.0.0.1:${id}` } })
    const first = registry.add('fleet', 'n1', at(1))
    registry.add('fleet', 'n1', at(2))
    t.equal(first.isReplaced(), false)
    registry.add('fleet', 'n1', at(3), true)
    t.equal(first.isReplaced(), true)
    first.remove()
    t.equal(first.isReplaced(), false)
    t.equal(first.heard(), false)
  },
)

t.test('X36: a thousand disconnected nodes are remembered, and the oldest is forgotten first', async (t) => {
  const registry = new NodeRegistry()
  const leave = (group: string, id: string) => {
    registry.add(group, id, stream(1)).remove()
  }
  registry.add('fleet', 'stays', stream(1))
  registry.add('fleet', 'stays', stream(2)).remove()
  const back = registry.add('fleet', 'back', stream(1))
  back.remove()
  registry.add('fleet', 'back', stream(2))
  back.remove()
  leave('old', 'gone')
  for (let at = 0; at < 999; at++) leave('fleet', `n${at}`)
  t.same(registry.groups(), ['fleet', 'old'])
  // One that came back and left again is no longer the longest gone.
  leave('fleet', 'n0')
  leave('fleet', 'one more')
  t.same(registry.groups(), ['fleet'], 'a group without nodes goes too')
  leave('fleet', 'and one more')
  const nodes = new Set(registry.nodes('fleet'))
  t.equal(nodes.size, 1_002)
  t.ok(nodes.has('stays'), 'a connected node is never forgotten')
  t.ok(nodes.has('back'), 'also if its old stream ends twice')
  t.ok(nodes.has('n0'))
  t.notOk(nodes.has('n1'))
  registry.add('fleet', 'n2', stream(1))
  leave('fleet', 'the last')
  t.ok(registry.nodes('fleet').includes('n2'), 'one that came back is not among the gone')
})
