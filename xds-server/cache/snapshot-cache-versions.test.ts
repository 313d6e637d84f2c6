import { anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t from 'tap'
import type { SwitchyardError } from '../../core/errors.ts'
import { fc } from '../../test/support/fast-check.ts'
import { HandStream } from '../../test/support/hand-stream.ts'
import { assignment, cluster, routes, secret } from '../../test/support/resources.ts'
import { configModels, SHUFFLED_MESSAGES, shuffledConfig } from '../../test/support/shuffled-config.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import type { VersionOptions } from '../snapshot/prepare-snapshot.ts'
import type { ResourceInput } from '../snapshot/resource.ts'
import { CLUSTER, ENDPOINT, ROUTE } from '../snapshot/resource-type.ts'
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

/** The version of each type and of each resource. */
function versionsIn({ types }: Snapshot): Record<string, string> {
  const all = [...types.values()].flatMap(({ typeUrl, version, list }) => [
    [typeUrl, version],
    ...list.map((resource) => [`${typeUrl} ${resource.name}`, resource.version]),
  ])
  return Object.fromEntries(all.sort())
}

const named = fc.record({
  kind: fc.constantFrom('cluster', 'routes', 'packed'),
  name: fc.constantFrom('a', 'b', 'c'),
})
const make = ({ kind, name }: { kind: string; name: string }, at: number): ResourceInput =>
  kind === 'routes'
    ? routes(name, `${at}`)
    : kind === 'cluster'
      ? cluster(name, at + 1)
      : anyPack(ClusterSchema, cluster(name, at + 1))

for (const [name, change] of WAYS) {
  t.test(
    `X26: ${name} rejects two resources with one name, lists all such pairs, and changes nothing`,
    async () => {
      fc.assert(
        fc.property(fc.array(named, { maxLength: 8 }), (list) => {
          const keys = list.map((one) => `${one.kind === 'routes'} ${one.name}`)
          const expected = keys.flatMap((key, at) => (keys.indexOf(key) < at ? [`resources[${at}]`] : []))
          const { cache, before, stream } = serving(cluster('old'))
          let error: SwitchyardError | undefined
          try {
            change(cache, list.map(make))
          } catch (thrown) {
            error = thrown as SwitchyardError
          }
          if (expected.length === 0) return error === undefined
          return (
            error?.code === 'duplicate-resource' &&
            error.problems
              .map(({ path }) => path)
              .sort()
              .join() === expected.sort().join() &&
            cache.getSnapshot('fleet') === before &&
            stream.snapshots.length === 0
          )
        }),
      )
    },
  )

  t.test(`X29: ${name} of equal config with maps in another order pushes nothing`, async () => {
    fc.assert(
      fc.property(configModels, fc.string(), fc.string(), (model, seed, other) => {
        const cache = new SnapshotCache({ messages: SHUFFLED_MESSAGES })
        const before = change(cache, shuffledConfig(model, seed))
        const stream = new HandStream(cache)
        const again = change(cache, shuffledConfig(model, other))
        return again === before && cache.getSnapshot('fleet') === before && stream.snapshots.length === 0
      }),
    )
  })

  t.test(`${name} takes one version for all types, one for each type, or none`, async (t) => {
    const resources = [cluster('a'), assignment('a', 1), routes('r', 'a')]
    const one = change(new SnapshotCache(), resources, { version: 'v1' })
    t.same(
      [CLUSTER, ENDPOINT, ROUTE].map((typeUrl) => typeIn(one, typeUrl).version),
      ['v1', 'v1', 'v1'],
    )
    const each = change(new SnapshotCache(), resources, { version: { [CLUSTER]: 'c1', [ROUTE]: 'r1' } })
    const none = change(new SnapshotCache(), resources)
    t.same(
      [CLUSTER, ENDPOINT, ROUTE].map((typeUrl) => typeIn(each, typeUrl).version),
      ['c1', typeIn(none, ENDPOINT).contentVersion, 'r1'],
    )
    t.equal(typeIn(one, CLUSTER).contentVersion, typeIn(none, CLUSTER).version)
  })

  t.test(`${name} rejects a version that is served with other content, and changes nothing`, async (t) => {
    const { cache, before, stream } = serving(cluster('a'), routes('r', 'a'))
    const error = thrownBy(() => change(cache, [cluster('a', 2), routes('r', 'b')], { version: 'v1' }))
    const message = 'version "v1" is already served with other content: set a new version, or none'
    t.equal(error.code, 'version-reused')
    t.match(error.message, /^a version is used for two contents, so nothing was changed\n/)
    t.same(error.problems, [
      { path: CLUSTER, message },
      { path: ROUTE, message },
    ])
    t.equal(cache.getSnapshot('fleet'), before)
    t.same(stream.snapshots, [])
    t.equal(
      change(cache, [cluster('a'), routes('r', 'a')], { version: 'v1' }),
      before,
      'equal content is fine',
    )
  })
}

t.test('X27: after a restart, other content has another version, and equal content the same', async (t) => {
  const before = new SnapshotCache().setSnapshot('fleet', [cluster('a'), routes('r', 'a')])
  const same = new SnapshotCache().setSnapshot('fleet', [cluster('a'), routes('r', 'a')])
  const other = new SnapshotCache().setSnapshot('fleet', [cluster('a', 2), routes('r', 'a')])
  t.same(versionsIn(same), versionsIn(before))
  t.not(typeIn(other, CLUSTER).version, typeIn(before, CLUSTER).version)
  t.equal(typeIn(other, ROUTE).version, typeIn(before, ROUTE).version)
})

t.test('X28: replicas agree on every version, whatever the order of their updates', async () => {
  const resources = [cluster('a'), cluster('b'), assignment('a', 1), routes('r', 'a'), secret('s', 'x')]
  const all = JSON.stringify(versionsIn(new SnapshotCache().setSnapshot('fleet', resources)))
  fc.assert(
    fc.property(fc.shuffledSubarray(resources, { minLength: resources.length }), fc.nat(5), (order, cut) => {
      const replica = new SnapshotCache()
      // It went through other things before.
      replica.setSnapshot('elsewhere', [cluster('a', 9)])
      replica.setSnapshot('fleet', order.slice(0, cut))
      const snapshot = replica.updateSnapshot('fleet', { upsert: order.slice(cut) })
      return JSON.stringify(versionsIn(snapshot)) === all
    }),
  )
})
