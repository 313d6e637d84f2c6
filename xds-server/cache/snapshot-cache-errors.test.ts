// Why names are missing, in the cache's public interface.

import t from 'tap'
import { HandStream } from '../../test/support/hand-stream.ts'
import { routes } from '../../test/support/resources.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import type { ResourceError } from '../snapshot/resource-error.ts'
import { ROUTE } from '../snapshot/resource-type.ts'
import { errorsIn } from '../snapshot/snapshot.ts'
import { SnapshotCache } from './snapshot-cache.ts'

const gone = (name: string, message = 'gone'): ResourceError => ({ typeUrl: ROUTE, name, code: 5, message })

function namesWithError(cache: SnapshotCache): string[] {
  const snapshot = cache.getSnapshot('fleet')
  return snapshot === undefined ? [] : [...errorsIn(snapshot, ROUTE).keys()]
}

t.test('setSnapshot replaces the errors, and equal ones push nothing', async (t) => {
  const cache = new SnapshotCache()
  const first = cache.setSnapshot('fleet', [routes('a', 'c')], { errors: [gone('b')] })
  const stream = new HandStream(cache)
  t.equal(cache.setSnapshot('fleet', [routes('a', 'c')], { errors: [gone('b')] }), first)
  t.same(stream.snapshots, [])
  const second = cache.setSnapshot('fleet', [routes('a', 'c')], { errors: [gone('b', 'moved')] })
  t.same(stream.snapshots, [second])
  t.equal(second.types, second.types)
  cache.setSnapshot('fleet', [routes('a', 'c')])
  t.same(namesWithError(cache), [])
})

t.test(
  'updateSnapshot keeps an error until its name is upserted, removed or given another one',
  async (t) => {
    const cache = new SnapshotCache()
    cache.setSnapshot('fleet', [], { errors: [gone('a'), gone('b'), gone('c')] })
    cache.updateSnapshot('fleet', { upsert: [routes('a', 'x')], remove: [{ typeUrl: ROUTE, name: 'b' }] })
    t.same(namesWithError(cache), ['c'])
    cache.updateSnapshot('fleet', {
      remove: [{ typeUrl: ROUTE, name: 'a' }],
      errors: [gone('a', 'for good')],
    })
    t.same(namesWithError(cache).sort(), ['a', 'c'])
  },
)

t.test('an error for a resource of the snapshot is rejected, and nothing is changed', async (t) => {
  const cache = new SnapshotCache()
  const before = cache.setSnapshot('fleet', [routes('a', 'x')])
  for (const change of [
    () => cache.setSnapshot('fleet', [routes('a', 'y')], { errors: [gone('a')] }),
    () => cache.updateSnapshot('fleet', { errors: [gone('a')] }),
    () => cache.updateSnapshot('fleet', { errors: [{ ...gone('b'), code: 0 }] }),
  ]) {
    t.equal(thrownBy(change).code, 'invalid-argument')
    t.equal(cache.getSnapshot('fleet'), before)
  }
})
