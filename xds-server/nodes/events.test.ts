// What the cache tells, in the order in which it happens.

import t from 'tap'
import { HandStream } from '../../test/support/hand-stream.ts'
import { MachineStream } from '../../test/support/machine-stream.ts'
import { assignment, badCluster, cluster } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { CLUSTER, ENDPOINT } from '../snapshot/resource-type.ts'
import type { XdsEvent } from './events.ts'

/** An event in a few words. */
function tell(event: XdsEvent): string {
  const type = 'typeUrl' in event ? ` ${event.typeUrl.split('.').at(-1)}` : ''
  const nonce = 'nonce' in event ? ` ${event.nonce}` : ''
  return event.kind + type + nonce
}

t.test('X7: the events of a stream are in order, from opened to closed', async (t) => {
  const cache = new SnapshotCache()
  const seen: string[] = []
  cache.onEvent((event) => seen.push(tell(event)))
  const stream = new MachineStream(cache)
  stream.ask(CLUSTER)
  const { types } = cache.setSnapshot('fleet', [cluster('a'), assignment('a', 1)])
  stream.answerAll()
  cache.updateSnapshot('fleet', { upsert: [badCluster('b')] })
  stream.answer('a cluster that cannot be')
  cache.clearSnapshot('fleet')
  stream.close()
  t.same(seen, [
    'opened',
    'subscribed Cluster',
    'snapshot',
    'sent Cluster 1',
    'acked Cluster 1',
    'subscribed ClusterLoadAssignment',
    'sent ClusterLoadAssignment 2',
    'acked ClusterLoadAssignment 2',
    'snapshot',
    'sent Cluster 3',
    'nacked Cluster 3',
    'cleared',
    'closed',
  ])
  t.same([...types.keys()], [CLUSTER, ENDPOINT])
})

t.test(
  'a new snapshot is an event with the version of each type, and an update without changes is not',
  async (t) => {
    const cache = new SnapshotCache()
    const events: XdsEvent[] = []
    const stop = cache.onEvent((event) => events.push(event))
    const { types } = cache.setSnapshot('fleet', [cluster('a')])
    cache.setSnapshot('fleet', [cluster('a')])
    const versions = Object.fromEntries([...types].map(([typeUrl, { version }]) => [typeUrl, version]))
    t.same(Object.keys(versions), [CLUSTER, ENDPOINT])
    cache.clearSnapshot('fleet')
    cache.clearSnapshot('fleet')
    t.same(events, [
      { kind: 'snapshot', group: 'fleet', versions },
      { kind: 'cleared', group: 'fleet' },
    ])
    stop()
    cache.setSnapshot('fleet', [cluster('a')])
    t.equal(events.length, 2, 'who stopped listening hears no more')
  },
)

t.test('a listener that throws stops neither the cache nor the other listeners', async (t) => {
  const cache = new SnapshotCache()
  const stream = new HandStream(cache)
  const seen: string[] = []
  cache.onEvent(() => {
    throw new Error('mine')
  })
  cache.onEvent((event) => seen.push(tell(event)))
  const later = t.capture(globalThis, 'queueMicrotask')
  cache.setSnapshot('fleet', [])
  later.restore()
  t.equal(stream.snapshots.length, 1)
  t.same(seen, ['snapshot'])
  t.throws(() => later()[0]?.args[0](), { message: 'mine' }, 'it is an uncaught exception of the process')
})

t.test('events() keeps the events that the loop has not taken yet', async (t) => {
  const cache = new SnapshotCache()
  const events = cache.events()
  const first = events.next()
  cache.setSnapshot('one', [])
  cache.setSnapshot('two', [])
  cache.clearSnapshot('one')
  const seen = [await first, await events.next(), await events.next()].map(
    ({ value }) => value && tell(value),
  )
  t.same(seen, ['snapshot', 'snapshot', 'cleared'])
  t.same(await events.return(), { value: undefined, done: true })
})

t.test('the loop over the events ends when its signal aborts', async (t) => {
  const cache = new SnapshotCache()
  const leaving = new AbortController()
  const seen: string[] = []
  const loop = (async () => {
    for await (const event of cache.events({ signal: leaving.signal })) seen.push(tell(event))
  })()
  cache.setSnapshot('fleet', [])
  leaving.abort()
  await loop
  t.same(seen, ['snapshot'])
})

t.test('an aborted signal gives no events, and an error in the loop is thrown', async (t) => {
  const cache = new SnapshotCache()
  t.same(await cache.events({ signal: AbortSignal.abort() }).next(), { value: undefined, done: true })
  for (const options of [{}, { signal: new AbortController().signal }]) {
    const events = cache.events(options)
    const first = events.next()
    cache.setSnapshot(`${'signal' in options}`, [])
    await first
    await t.rejects(events.throw(new Error('mine')), { message: 'mine' })
  }
})
