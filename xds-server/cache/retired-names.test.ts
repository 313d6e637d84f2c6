// What a group was served once: names that clients may still have.

import t from 'tap'
import { cluster, staticCluster } from '../../test/support/resources.ts'
import { CLUSTER, ENDPOINT } from '../snapshot/resource-type.ts'
import { RetiredNames } from './retired-names.ts'
import { SnapshotCache } from './snapshot-cache.ts'

t.test('X48: names that are or were served are known, by type, and others are not', async (t) => {
  const [cache, names] = [new SnapshotCache(), new RetiredNames()]
  t.notOk(names.wasServed(CLUSTER, 'a'))
  names.serve(cache.setSnapshot('fleet', [cluster('a'), staticCluster('b')]))
  t.ok(names.wasServed(CLUSTER, 'a'), 'it is served')
  names.serve(cache.setSnapshot('fleet', [staticCluster('b')]))
  names.serve(cache.setSnapshot('fleet', []))
  for (const name of ['a', 'b']) t.ok(names.wasServed(CLUSTER, name), `${name} was served`)
  t.ok(names.wasServed(ENDPOINT, 'a'), 'its empty assignment too')
  t.notOk(names.wasServed(ENDPOINT, 'b'), 'it needs none')
  t.notOk(names.wasServed(CLUSTER, 'c'))
})

t.test('X48: of names that were retired, the last ten thousand are known', async (t) => {
  const [cache, names] = [new SnapshotCache(), new RetiredNames()]
  const serve = (...served: readonly string[]) =>
    names.serve(
      cache.setSnapshot(
        'fleet',
        served.map((name) => staticCluster(name)),
      ),
    )
  serve('first', 'again')
  serve()
  serve('again')
  serve(...Array.from({ length: 9_999 }, (_, index) => `c${index}`))
  serve()
  t.notOk(names.wasServed(CLUSTER, 'first'))
  t.ok(names.wasServed(CLUSTER, 'again'), 'it was retired later, for the second time')
  t.ok(names.wasServed(CLUSTER, 'c0'))
})
