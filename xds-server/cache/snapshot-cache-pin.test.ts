// A pending snapshot: nodes that start are held back, nodes that hold something are not.

import t, { type Test } from 'tap'
import { cluster } from '../../test/support/resources.ts'
import { connectTo, DeltaClient, nodeOf, SotwClient } from '../../test/support/xds-client.ts'
import { CLUSTER, SnapshotCache, startXdsServer } from '../index.ts'

async function serve(t: Test) {
  const cache = new SnapshotCache()
  const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => server.close())
  const lastKnownGood = cache.setSnapshot('edge', [cluster('a')])
  cache.pin('edge', lastKnownGood)
  const newest = cache.setSnapshot('edge', [cluster('a'), cluster('b')])
  const version = (snapshot: typeof lastKnownGood) => snapshot.types.get(CLUSTER)?.version ?? ''
  return { cache, server, lastKnownGood: version(lastKnownGood), newest: version(newest) }
}

t.test(
  'X8: a node that starts is served the last known good snapshot while it is pinned, and the newest after that (sotw)',
  async (t) => {
    const { cache, server, lastKnownGood, newest } = await serve(t)
    const client = new SotwClient(connectTo(t, server.address))
    t.teardown(() => client.close())
    client.send({ typeUrl: CLUSTER, node: nodeOf('new', 'edge') })
    const first = await client.next()
    t.equal(first.versionInfo, lastKnownGood)
    client.send({ typeUrl: CLUSTER, versionInfo: lastKnownGood, responseNonce: first.nonce })
    t.match(cache.status('edge'), [{ id: 'new', pinned: true }])
    cache.unpin('edge')
    t.equal((await client.next()).versionInfo, newest)
    t.notOk(cache.status('edge')[0]?.pinned)
  },
)

t.test('X8: a node that reports a version is served the newest snapshot (sotw)', async (t) => {
  const { server, lastKnownGood, newest } = await serve(t)
  const client = new SotwClient(connectTo(t, server.address))
  t.teardown(() => client.close())
  client.send({ typeUrl: CLUSTER, node: nodeOf('old', 'edge'), versionInfo: lastKnownGood })
  t.equal((await client.next()).versionInfo, newest)
})

t.test(
  'X8: a node that reports initial_resource_versions is served the newest snapshot (delta)',
  async (t) => {
    const { server } = await serve(t)
    const names = async (reported: Record<string, string>) => {
      const client = new DeltaClient(connectTo(t, server.address))
      t.teardown(() => client.close())
      client.send({ typeUrl: CLUSTER, node: nodeOf('node', 'edge'), initialResourceVersions: reported })
      return (await client.next()).resources.map(({ name }) => name).sort()
    }
    t.same(await names({}), ['a'])
    t.same(await names({ a: 'older' }), ['a', 'b'])
  },
)

t.test('a node that was pinned once follows the next unpinned snapshot', async (t) => {
  const { cache, server } = await serve(t)
  const client = new SotwClient(connectTo(t, server.address))
  t.teardown(() => client.close())
  client.send({ typeUrl: CLUSTER, node: nodeOf('new', 'edge') })
  await client.next()
  cache.unpin('edge')
  const lastKnownGood = cache.getSnapshot('edge')
  if (lastKnownGood) cache.pin('edge', lastKnownGood)
  t.notOk(cache.status('edge')[0]?.pinned)
})
