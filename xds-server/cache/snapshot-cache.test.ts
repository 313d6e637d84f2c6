// The cache's public interface: valid and invalid snapshots, and what an error leaves unchanged.

import { create } from '@bufbuild/protobuf'
import { AnySchema } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t from 'tap'
import { HandStream } from '../../test/support/hand-stream.ts'
import { MachineStream } from '../../test/support/machine-stream.ts'
import {
  assignment,
  cluster,
  httpListener,
  routes,
  secret,
  tcpListener,
} from '../../test/support/resources.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import type { VersionOptions } from '../snapshot/prepare-snapshot.ts'
import { createResources, type Resource, type ResourceInput } from '../snapshot/resource.ts'
import { CLUSTER, LISTENER, ROUTE, SECRET } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { SnapshotCache } from './snapshot-cache.ts'

type Change = (
  cache: SnapshotCache,
  resources: readonly ResourceInput[],
  options?: VersionOptions,
) => Snapshot

/** Both ways to change a snapshot, for what holds for both. */
const WAYS: readonly [name: string, change: Change][] = [
  ['setSnapshot', (cache, resources, options) => cache.setSnapshot('fleet', resources, options)],
  ['updateSnapshot', (cache, upsert, options) => cache.updateSnapshot('fleet', { upsert }, options)],
]

/** A cache that serves something, and a stream that follows it. */
function serving(...resources: ResourceInput[]) {
  const cache = new SnapshotCache()
  const before = cache.setSnapshot('fleet', resources, { version: 'v1' })
  return { cache, before, stream: new HandStream(cache) }
}

for (const [name, change] of WAYS) {
  t.test(`${name} lists all invalid resources at once, and changes nothing`, async (t) => {
    const { cache, before, stream } = serving(cluster('old'))
    const error = thrownBy(() => change(cache, [create(ClusterSchema), cluster('a'), create(AnySchema)]))
    t.equal(error.code, 'invalid-argument')
    t.same(
      error.problems.map(({ path }) => path),
      ['resources[0]', 'resources[2]'],
    )
    t.equal(cache.getSnapshot('fleet'), before)
    t.same(stream.snapshots, [])
  })
}

t.test('X25: nothing is sent before the first snapshot; an empty one is answered', async (t) => {
  const cache = new SnapshotCache()
  const stream = new MachineStream(cache)
  stream.ask(CLUSTER)
  t.same(stream.unacked, [])
  cache.setSnapshot('fleet', [])
  t.match(stream.unacked, [{ typeUrl: CLUSTER, resources: [], removed: [] }])
  t.equal(stream.unacked.length, 1)
})

t.test('X25: clearing a snapshot takes nothing from connected nodes, and new nodes wait', async (t) => {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [cluster('a')])
  const old = new MachineStream(cache)
  old.ask(CLUSTER)
  old.answerAll()
  cache.clearSnapshot('fleet')
  t.equal(cache.getSnapshot('fleet'), undefined)
  const late = new MachineStream(cache, { id: 'n2', cluster: 'fleet' })
  late.ask(CLUSTER)
  t.same([...old.unacked, ...late.unacked], [])
  t.match(cache.setSnapshot('fleet', [cluster('a')]), { sequence: 2 })
  t.same(old.unacked, [], 'what it has already is not sent again')
  t.match(late.unacked, [{ typeUrl: CLUSTER, resources: [{ name: 'a' }] }])
})

t.test('an update without changes keeps the snapshot and pushes nothing', async (t) => {
  const resources = () => [cluster('a'), assignment('a', 1), tcpListener('l', 1, 'a', '')]
  const { cache, before, stream } = serving(...resources())
  t.equal(cache.setSnapshot('fleet', resources(), { version: 'v1' }), before)
  t.equal(cache.updateSnapshot('fleet', {}), before)
  t.equal(cache.updateSnapshot('fleet', { upsert: resources() }, { version: 'v1' }), before)
  t.equal(cache.updateSnapshot('fleet', { remove: [{ typeUrl: ROUTE, name: 'a' }] }), before)
  t.same(stream.snapshots, [])
  const next = cache.updateSnapshot('fleet', { upsert: [cluster('b')] })
  t.equal(next.sequence, before.sequence + 1)
  t.equal(next.types.get(LISTENER), before.types.get(LISTENER), 'what did not change is shared')
})

t.test(
  'setSnapshot removes what it leaves out, even a whole type, and a removed name can come back',
  async (t) => {
    const { cache, stream } = serving(cluster('a'), routes('r', 'a'))
    const next = cache.setSnapshot('fleet', [cluster('a')], { version: { [ROUTE]: 'r2' } })
    t.match(typeIn(next, ROUTE), { version: 'r2', list: [] })
    t.equal(stream.snapshots.length, 1)
    const again = cache.setSnapshot('fleet', [cluster('a'), routes('r', 'a')])
    t.equal(typeIn(again, ROUTE).list.length, 1)
  },
)

t.test('updateSnapshot changes what it names and leaves the rest, with its version', async (t) => {
  const { cache, before } = serving(cluster('a'), cluster('b'), routes('r', 'a'))
  const next = cache.updateSnapshot(
    'fleet',
    {
      upsert: [cluster('b', 2), cluster('c')],
      remove: [
        { typeUrl: CLUSTER, name: 'a' },
        { typeUrl: CLUSTER, name: 'never there' },
      ],
    },
    { version: 'v2' },
  )
  t.same(typeIn(next, CLUSTER).resources.names(), ['b', 'c'])
  t.equal(typeIn(next, CLUSTER).version, 'v2')
  t.equal(typeIn(next, ROUTE), typeIn(before, ROUTE))
  t.not(
    typeIn(next, CLUSTER).resources.get('b')?.version,
    typeIn(before, CLUSTER).resources.get('b')?.version,
  )
})

t.test('updateSnapshot rejects a name that is both changed and removed', async (t) => {
  const { cache, before } = serving(cluster('a'))
  const change = { upsert: [cluster('a', 2)], remove: [{ typeUrl: CLUSTER, name: 'a' }] }
  const error = thrownBy(() => cache.updateSnapshot('fleet', change))
  t.equal(error.code, 'duplicate-resource')
  t.match(error.message, /^two resources of one type have the same name, so nothing was changed\n/)
  const message = 'Cluster "a" is also at resources[0]: give each resource of a type its own name'
  t.same(error.problems, [{ path: 'resources[1]', message }])
  t.equal(cache.getSnapshot('fleet'), before)
})

t.test('the host of a type URL makes no difference for removals and versions', async (t) => {
  const typeUrl = CLUSTER.replace('type.googleapis.com', 'another.example')
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [cluster('a'), cluster('b')], { version: { [typeUrl]: '7' } })
  t.equal(cache.getSnapshot('fleet')?.types.get(CLUSTER)?.version, '7')
  cache.updateSnapshot('fleet', { remove: [{ typeUrl, name: 'a' }] })
  t.same(cache.getSnapshot('fleet')?.types.get(CLUSTER)?.resources.names(), ['b'])
})

t.test('updateSnapshot makes the first snapshot of a group', async (t) => {
  const cache = new SnapshotCache()
  t.match(cache.updateSnapshot('fleet', { upsert: [secret('s', 'x')] }), { group: 'fleet', sequence: 1 })
  t.equal(cache.updateSnapshot('other', { remove: [{ typeUrl: SECRET, name: 's' }] }).types.size, 0)
})

t.test('with enforced consistency, all dangling references are reported at once', async (t) => {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const before = cache.setSnapshot('fleet', [cluster('a'), httpListener('l', 1), routes('l', 'a')])
  const stream = new HandStream(cache)
  const error = thrownBy(() =>
    cache.updateSnapshot('fleet', {
      upsert: [tcpListener('t', 2, 'x')],
      remove: [{ typeUrl: CLUSTER, name: 'a' }],
    }),
  )
  t.equal(error.code, 'inconsistent-snapshot')
  t.match(error.message, /^the snapshot of "fleet" is inconsistent, so nothing was changed\n/)
  t.same(
    error.problems.map(({ path }) => path),
    ['Listener "t"', 'RouteConfiguration "l"'],
  )
  t.equal(cache.getSnapshot('fleet'), before)
  t.same(stream.snapshots, [])
  t.ok(new SnapshotCache().setSnapshot('fleet', [routes('r', 'x')]), 'by default they are taken')
})

t.test('each group has its own snapshot, and later snapshots have higher sequence numbers', async (t) => {
  const cache = new SnapshotCache()
  const one = cache.setSnapshot('one', [cluster('a')])
  const two = cache.setSnapshot('two', [cluster('b')])
  t.ok(two.sequence > one.sequence)
  t.equal(cache.getSnapshot('one'), one)
  t.equal(cache.getSnapshot('two'), two)
  t.equal(cache.getSnapshot('three'), undefined)
})

t.test(
  'groups with the same resources of a type share its snapshot, and all that is made of it',
  async (t) => {
    const cache = new SnapshotCache({ consistency: 'enforce' })
    const [a, b] = createResources([cluster('a'), cluster('b')])
    const [changed] = createResources([cluster('a', 2000)])
    const listener = tcpListener('l', 10_000, 'a')
    for (const clusters of [
      [a, b],
      [changed, b],
    ] as Resource[][]) {
      const one = cache.setSnapshot('one', clusters)
      const two = cache.setSnapshot('two', [...clusters, listener])
      t.equal(typeIn(one, CLUSTER), typeIn(two, CLUSTER))
    }
    const fewer = cache.setSnapshot('one', [a as Resource])
    const two = cache.getSnapshot('two')
    t.not(typeIn(fewer, CLUSTER), two && typeIn(two, CLUSTER), 'a twin with other resources')
  },
)

t.test('a prepared snapshot is served only when it is committed', async (t) => {
  const { cache, before, stream } = serving(cluster('old'))
  const prepared = cache.prepareSnapshot('fleet', [cluster('new')])
  t.equal(cache.getSnapshot('fleet'), before)
  t.same(stream.snapshots, [])
  const served = cache.commitSnapshot(prepared)
  t.equal(cache.getSnapshot('fleet'), served)
  t.same(typeIn(served, CLUSTER).resources.names(), ['new'])
  t.equal(stream.snapshots.length, 1)
})

t.test('the sequence of snapshots is the order of their commits', async (t) => {
  const cache = new SnapshotCache()
  const [first, second] = ['a', 'b'].map((group) => cache.prepareSnapshot(group, [cluster(group)]))
  if (first === undefined || second === undefined) return
  const { sequence } = cache.commitSnapshot(second)
  t.equal(cache.commitSnapshot(first).sequence, sequence + 1)
})

t.test('a prepared snapshot cannot replace a snapshot that was committed since', async (t) => {
  const { cache } = serving(cluster('old'))
  const prepared = cache.prepareSnapshot('fleet', [cluster('late')])
  const served = cache.setSnapshot('fleet', [cluster('newer')])
  const error = thrownBy(() => cache.commitSnapshot(prepared))
  t.match(error, { code: 'invalid-argument', message: /"fleet" has changed .*: prepare it again/ })
  t.equal(cache.getSnapshot('fleet'), served)
})

t.test(
  'X76: resources under two authorities are beside each other, and each goes by any spelling of its name',
  async (t) => {
    const uri = (authority: string, rest: string) =>
      `xdstp://${authority}/envoy.config.cluster.v3.Cluster/${rest}`
    const { cache } = serving(cluster(uri('a', 'x?k=1&j=2')), cluster(uri('b', 'x?k=1&j=2')), cluster('x'))
    const remove = [{ typeUrl: CLUSTER, name: uri('a', '%78?j=2&k=1') }]
    const { types } = cache.updateSnapshot('fleet', { remove })
    t.same(types.get(CLUSTER)?.resources.names(), ['x', uri('b', 'x?j=2&k=1')])
    t.throws(
      () => cache.setSnapshot('fleet', [cluster(uri('a', 'x?k=1&j=2')), cluster(uri('a', 'x?j=2&k=1'))]),
      {
        code: 'duplicate-resource',
      },
    )
  },
)
