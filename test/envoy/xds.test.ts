// The xDS server with a real Envoy, in delta and SotW: unusual changes, their ACKs and NACKs, and the traffic meanwhile.

import { Cluster_LbPolicy } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import {
  CLUSTER,
  ENDPOINT,
  openNackLog,
  SnapshotCache,
  startXdsServer,
  type XdsEvent,
} from '../../xds-server/index.ts'
import { startBackends } from '../support/echo-backends.ts'
import { nextEvent, startEnvoy, startLoad, untilSynced } from '../support/real-envoy.ts'
import { assignment, badCluster, cluster, httpListener, routes, stuckCluster } from '../support/resources.ts'
import { testFolder } from '../support/test-folder.ts'

async function start(t: Test, protocol: 'delta' | 'sotw') {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  // Not port 0: while a test has no server there, the kernel could give the port to somebody else.
  const server = await startXdsServer({ cache, address: `127.0.0.1:${await freePort()}` })
  t.teardown(() => server.close())
  const port = await freePort()
  const envoy = await startEnvoy(t, server.address, protocol)
  return { cache, server, envoy, port, address: `127.0.0.1:${port}` }
}

/** The connect timeout of a cluster in Envoy. It distinguishes the versions of a cluster. */
async function timeoutInEnvoy(envoy: Awaited<ReturnType<typeof startEnvoy>>, name: string): Promise<unknown> {
  const held = await envoy.admin.dynamicClusters()
  const found = held.find((one) => one.name === name)
  return (found?.config as { connect_timeout?: string } | undefined)?.connect_timeout
}

for (const protocol of ['delta', 'sotw'] as const) {
  t.test(
    `X10: a change of the LB policy alone is ACKed without waiting for endpoints (${protocol})`,
    async (t) => {
      const { cache, envoy, port, address } = await start(t, protocol)
      const ports = await startBackends(t, 'b1', 'b2')
      const rest = [assignment('echo', ...ports), httpListener('main', port), routes('main', 'echo')]
      cache.setSnapshot('fleet', [cluster('echo'), ...rest])
      await untilSynced(cache)
      const load = startLoad(t, address)
      await load.further(100)
      for (const policy of [
        Cluster_LbPolicy.RANDOM,
        Cluster_LbPolicy.LEAST_REQUEST,
        Cluster_LbPolicy.ROUND_ROBIN,
      ]) {
        cache.setSnapshot('fleet', [cluster('echo', 1000, policy), ...rest])
        await untilSynced(cache)
        await load.further(100)
      }
      const stats = await envoy.admin.stats('cluster.echo.init_fetch_timeout')
      t.equal(stats.get('cluster.echo.init_fetch_timeout'), 0, 'Envoy never gave up waiting for endpoints')
      t.same((await load.stop()).failures, [], 'no call failed')
    },
  )

  t.test(
    `X6: a rollback repairs what Envoy applied from a response that it NACKed (${protocol})`,
    async (t) => {
      const { cache, envoy, port } = await start(t, protocol)
      const rest = [assignment('a', 1), httpListener('main', port), routes('main', 'a')]
      cache.setSnapshot('fleet', [cluster('a', 1000), ...rest])
      await untilSynced(cache)
      cache.setSnapshot('fleet', [cluster('a', 2000), badCluster('bad'), ...rest])
      const nacked = await cache.synced('fleet')
      t.equal(nacked.outcome, 'nacked')
      t.match(nacked.nodes[0]?.types[CLUSTER]?.nack?.message, /EDS config/, "with Envoy's text")
      t.equal(await timeoutInEnvoy(envoy, 'a'), '2s', 'Envoy has applied the valid sibling')
      cache.setSnapshot('fleet', [cluster('a', 1000), ...rest])
      await untilSynced(cache)
      t.equal(await timeoutInEnvoy(envoy, 'a'), '1s', 'the old content is back')
    },
  )

  t.test(`X6: a server that restarts before the repair still sends it (${protocol})`, async (t) => {
    const folder = testFolder(t)
    const log = `${folder}/nacks`
    const begin = async (address: string) => {
      const nackLog = openNackLog(log)
      const cache = new SnapshotCache({ nackLog })
      const server = await startXdsServer({ cache, address })
      t.teardown(() => server.close())
      return { cache, server, nackLog }
    }
    const before = await begin(`127.0.0.1:${await freePort()}`)
    const envoy = await startEnvoy(t, before.server.address, protocol)
    const rest = [assignment('a', 1), httpListener('main', await freePort()), routes('main', 'a')]
    before.cache.setSnapshot('fleet', [cluster('a', 1000), ...rest])
    await untilSynced(before.cache)
    before.cache.setSnapshot('fleet', [cluster('a', 2000), badCluster('bad'), ...rest])
    t.equal((await before.cache.synced('fleet')).outcome, 'nacked')
    await before.server.close()
    await before.nackLog.close()
    t.equal(await timeoutInEnvoy(envoy, 'a'), '2s')

    const after = await begin(before.server.address)
    after.cache.setSnapshot('fleet', [cluster('a', 1000), ...rest])
    await untilSynced(after.cache)
    t.equal(await timeoutInEnvoy(envoy, 'a'), '1s', 'although Envoy reports that it already has it')
  })

  t.test(
    `X6: a cluster that Envoy rejects without a NACK does not stop the rollback (${protocol})`,
    async (t) => {
      const { cache, envoy, port } = await start(t, protocol)
      const rest = [assignment('a', 1), httpListener('main', port), routes('main', 'a')]
      cache.setSnapshot('fleet', [cluster('a', 1000), ...rest])
      await untilSynced(cache)
      cache.setSnapshot('fleet', [cluster('a', 2000), stuckCluster('stuck'), ...rest])
      await nextEvent(cache, (event) => event.kind === 'acked' && event.typeUrl === ENDPOINT)
      t.equal(cache.status('fleet')[0]?.types[CLUSTER]?.state, 'STALE', 'Envoy has not answered')
      cache.setSnapshot('fleet', [cluster('a', 1000), ...rest])
      await nextEvent(cache, (event) => event.kind === 'acked' && event.typeUrl === ENDPOINT)
      const held = await envoy.admin.dynamicClusters()
      t.strictSame(
        held.map(({ name, state, config }) => [
          name,
          state,
          (config as { connect_timeout: string }).connect_timeout,
        ]),
        [['a', 'active', '1s']],
        'the old content is back, and the stuck cluster is gone',
      )
    },
  )

  t.test(`X14, X15: no call fails when a service is renamed under load (${protocol})`, async (t) => {
    const { cache, port, address } = await start(t, protocol)
    const ports = await startBackends(t, 'b1', 'b2')
    const serve = (name: string) =>
      cache.setSnapshot('fleet', [
        cluster(name),
        assignment(name, ...ports),
        httpListener('main', port),
        routes('main', name),
      ])
    serve('orders-0')
    await untilSynced(cache)
    const load = startLoad(t, address)
    for (let round = 1; round <= 10; round += 1) {
      await load.further(100)
      serve(`orders-${round}`)
      await untilSynced(cache)
    }
    const { calls, failures } = await load.stop()
    t.ok(calls >= 1000, `${calls} calls were made`)
    t.same(failures, [], 'none failed')
  })
}

t.test('X21: a server that restarts with the same content pushes nothing to an Envoy in delta', async (t) => {
  const { cache, server, port } = await start(t, 'delta')
  const content = () => [cluster('a'), assignment('a', 1), httpListener('main', port), routes('main', 'a')]
  cache.setSnapshot('fleet', content())
  await untilSynced(cache)
  await server.close()

  const next = new SnapshotCache()
  const sent: XdsEvent[] = []
  next.onEvent((event) => {
    if (event.kind === 'sent') sent.push(event)
  })
  next.setSnapshot('fleet', content())
  const reconnected = nextEvent(next, ({ kind }) => kind === 'opened')
  const again = await startXdsServer({ cache: next, address: server.address })
  t.teardown(() => again.close())
  await reconnected
  await untilSynced(next)
  t.same(sent, [], 'all four types are in sync, and nothing was sent')
  next.updateSnapshot('fleet', { upsert: [assignment('a', 2)] })
  await untilSynced(next)
  t.equal(sent.length, 1, 'a change is still pushed')
})
