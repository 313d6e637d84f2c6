// Changing a snapshot piece by piece and setting it whole end in the same snapshot.

import { create } from '@bufbuild/protobuf'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { HandStream } from '../../test/support/hand-stream.ts'
import { assignment, cluster, routes } from '../../test/support/resources.ts'
import type { ResourceInput } from '../snapshot/resource.ts'
import { CLUSTER, ENDPOINT, ROUTE } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { SnapshotCache } from './snapshot-cache.ts'

const TYPES = [CLUSTER, ENDPOINT, ROUTE]

/** Content 0 of an assignment is the empty one, which is also what a cluster without one is served. */
function make(typeUrl: string, name: string, content: number): ResourceInput {
  if (typeUrl === CLUSTER) return cluster(name, content + 1)
  if (typeUrl === ROUTE) return routes(name, `${content}`)
  return content === 0
    ? create(ClusterLoadAssignmentSchema, { clusterName: name })
    : assignment(name, content)
}

/** For some names of some types: the content that it gets, or none. */
const changes = fc.dictionary(
  fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom('a', 'b')).map((key) => key.join(' ')),
  fc.option(fc.nat(1), { nil: undefined }),
  { maxKeys: 3 },
)

function parts(key: string): { typeUrl: string; name: string } {
  const [typeUrl = '', name = ''] = key.split(' ')
  return { typeUrl, name }
}

function inputs(content: ReadonlyMap<string, number>): ResourceInput[] {
  return [...content].map(([key, value]) => make(parts(key).typeUrl, parts(key).name, value))
}

function isEqual(a: Snapshot, b: Snapshot): boolean {
  return TYPES.every((typeUrl) => {
    const [one, other] = [typeIn(a, typeUrl), typeIn(b, typeUrl)]
    const names = (list: typeof one.list) => list.map(({ name, version }) => `${name} ${version}`).join()
    return one.version === other.version && names(one.list) === names(other.list)
  })
}

t.test('updateSnapshot and setSnapshot end in the same content, after any changes', async () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 10, size: 'max' }), (sequence) => {
      const [updated, set] = [new SnapshotCache(), new SnapshotCache()]
      const content = new Map<string, number>()
      for (const change of sequence) {
        const entries = Object.entries(change)
        for (const [key, value] of entries) {
          if (value === undefined) content.delete(key)
          else content.set(key, value)
        }
        const upsert = inputs(
          new Map(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))),
        )
        const remove = entries.filter(([, value]) => value === undefined).map(([key]) => parts(key))
        const byUpdate = updated.updateSnapshot('fleet', { upsert, remove })
        const bySet = set.setSnapshot('fleet', inputs(content))
        const atOnce = new SnapshotCache().setSnapshot('fleet', inputs(content))
        if (!isEqual(byUpdate, bySet) || !isEqual(byUpdate, atOnce)) return false
      }
      return true
    }),
    {
      numRuns: 200,
      // An assignment that is given and equal to what is served without it must be remembered as given.
      examples: [[[{ [`${CLUSTER} a`]: 0 }, { [`${ENDPOINT} a`]: 0 }, { [`${CLUSTER} a`]: undefined }]]],
    },
  )
})

t.test('a stream gets each change once, and nothing for an update without changes', async () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 6 }), (sequence) => {
      const cache = new SnapshotCache()
      const stream = new HandStream(cache)
      let last: Snapshot | undefined
      let heard = 0
      for (const change of sequence) {
        const content = Object.entries(change).flatMap(([key, value]) =>
          value === undefined ? [] : [[key, value] as const],
        )
        const next = cache.setSnapshot('fleet', inputs(new Map(content)))
        if (next !== last) heard += 1
        if (last !== undefined && next !== last && isEqual(last, next) && hasSameGiven(last, next))
          return false
        if (stream.snapshots.length !== heard || cache.getSnapshot('fleet') !== next) return false
        last = next
      }
      return true
    }),
  )
})

function hasSameGiven(a: Snapshot, b: Snapshot): boolean {
  return TYPES.every((typeUrl) => a.given.get(typeUrl)?.version === b.given.get(typeUrl)?.version)
}
