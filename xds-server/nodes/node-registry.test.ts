// The nodes that are or were connected: what is remembered of them, and for how long.

import t from 'tap'
import { STREAM, view } from '../../test/support/hand-stream.ts'
import { tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { NodeRegistry, type StreamSource } from './node-registry.ts'
import type { TypeView } from './status.ts'

const SERVED = new SnapshotCache().setSnapshot('fleet', [tcpListener('l', 1, 'a')])

function stream(id: number, types: Readonly<Record<string, TypeView>> = {}): StreamSource {
  return {
    status: { ...STREAM, id },
    snapshot: () => SERVED,
    describe: () => new Map(Object.entries(types)),
  }
}

t.test('a connected node shows its streams and their types together', async (t) => {
  const registry = new NodeRegistry()
  registry.add('fleet', 'n1', stream(1, { [CLUSTER]: view('SYNCED') }))
  registry.add('fleet', 'n1', stream(2, { [LISTENER]: view('STALE', ['l']) }))
  t.same(registry.describe('fleet', 'n1'), {
    id: 'n1',
    group: 'fleet',
    connected: true,
    state: 'STALE',
    streams: [
      { ...STREAM, id: 1 },
      { ...STREAM, id: 2 },
    ],
    types: {
      [CLUSTER]: { state: 'SYNCED', wildcard: true, names: 0 },
      [LISTENER]: { state: 'STALE', wildcard: false, names: 1 },
    },
  })
})

t.test(
  'a node is connected while a stream is open, and then DISCONNECTED with its last status',
  async (t) => {
    const registry = new NodeRegistry()
    const first = stream(1, { [CLUSTER]: view('SYNCED') })
    const second = stream(2, { [CLUSTER]: view('NACKED', ['a'], { ackedVersion: 'v1' }) })
    registry.add('fleet', 'n1', first)
    registry.add('fleet', 'n1', second)
    registry.remove('fleet', 'n1', first)
    t.match(registry.describe('fleet', 'n1'), { connected: true, state: 'NACKED' })
    t.same(registry.connected('fleet'), ['n1'])
    registry.remove('fleet', 'n1', second)
    t.same(registry.connected('fleet'), [])
    t.same(registry.nodes('fleet'), ['n1'])
    t.same(registry.describe('fleet', 'n1'), {
      id: 'n1',
      group: 'fleet',
      connected: false,
      state: 'DISCONNECTED',
      streams: [],
      types: {
        [CLUSTER]: { state: 'DISCONNECTED', wildcard: false, names: 1, ackedVersion: 'v1' },
      },
    })
  },
)

t.test('the status of a disconnected node includes what it lacked', async (t) => {
  const registry = new NodeRegistry()
  const starting = stream(1, { [CLUSTER]: view('SYNCED') })
  registry.add('fleet', 'n1', starting)
  registry.remove('fleet', 'n1', starting)
  const { types } = registry.describe('fleet', 'n1')
  t.same(Object.keys(types), [CLUSTER, LISTENER])
  t.equal(types[LISTENER]?.state, 'DISCONNECTED')
})

t.test('nodes with one id in two groups are two nodes', async (t) => {
  const registry = new NodeRegistry()
  registry.add('one', 'n', stream(1))
  registry.add('two', 'n', stream(2))
  t.same(registry.groups(), ['one', 'two'])
  t.same(registry.describe('two', 'n').streams, [{ ...STREAM, id: 2 }])
  t.same(registry.nodes('three'), [])
  t.same(registry.connected('three'), [])
  t.match(registry.describe('three', 'n'), { connected: false, state: 'DISCONNECTED', types: {} })
})

t.test('removing an unknown stream does nothing', async (t) => {
  const registry = new NodeRegistry()
  registry.add('fleet', 'n1', stream(1))
  registry.remove('fleet', 'n1', stream(1))
  registry.remove('fleet', 'n2', stream(1))
  registry.remove('other', 'n1', stream(1))
  t.same(registry.connected('fleet'), ['n1'])
})

t.test('X36: a thousand disconnected nodes are remembered, and the oldest is forgotten first', async (t) => {
  const registry = new NodeRegistry()
  const leave = (group: string, id: string) => {
    const own = stream(1)
    registry.add(group, id, own)
    registry.remove(group, id, own)
  }
  const [stays, ended] = [stream(1), stream(2)]
  registry.add('fleet', 'stays', stays)
  registry.add('fleet', 'stays', ended)
  registry.remove('fleet', 'stays', ended)
  leave('old', 'gone')
  for (let at = 0; at < 999; at++) leave('fleet', `n${at}`)
  t.same(registry.groups(), ['fleet', 'old'])
  // One that came back and left again is no longer the longest gone.
  leave('fleet', 'n0')
  leave('fleet', 'one more')
  t.same(registry.groups(), ['fleet'], 'a group without nodes goes too')
  leave('fleet', 'and one more')
  const nodes = new Set(registry.nodes('fleet'))
  t.equal(nodes.size, 1_001)
  t.ok(nodes.has('stays'), 'a connected node is never forgotten')
  t.ok(nodes.has('n0'))
  t.notOk(nodes.has('n1'))
  registry.add('fleet', 'n2', stays)
  leave('fleet', 'the last')
  t.ok(registry.nodes('fleet').includes('n2'), 'one that came back is not among the gone')
})
