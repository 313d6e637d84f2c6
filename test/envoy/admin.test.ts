// The admin interface of a real Envoy. Its resources come from files, so no control plane is needed.
import { once } from 'node:events'
import { renameSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { create } from '@bufbuild/protobuf'
import { Bootstrap_DynamicResourcesSchema } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import { ApiVersion } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { HealthStatus } from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import t, { type Test } from 'tap'
import { createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { nodeAddress } from '../../envoy-bootstrap/node-address.ts'
import { runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import { freePort } from '../../processes/free-port.ts'
import { testFolder } from '../support/test-folder.ts'

const PROTO = 'type.googleapis.com/envoy'
const FILTERS = `${PROTO}.extensions.filters`

const tcpProxy = {
  '@type': `${FILTERS}.network.tcp_proxy.v3.TcpProxy`,
  statPrefix: 'orders',
  cluster: 'orders',
}

const httpConnectionManager = {
  '@type': `${FILTERS}.network.http_connection_manager.v3.HttpConnectionManager`,
  statPrefix: 'orders',
  routeConfig: {
    virtualHosts: [
      { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'orders' } }] },
    ],
  },
  httpFilters: [{ name: 'router', typedConfig: { '@type': `${FILTERS}.http.router.v3.Router` } }],
}

const at = (address: string, portValue: number) => ({ socketAddress: { address, portValue } })

/** An Envoy with a listener in front of a backend that accepts connections and never answers. */
async function startEdge(t: Test, drainTimeSeconds = 600) {
  const backend = createServer((socket) => void socket.on('error', () => {}).resume())
  await once(backend.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => backend.close())
  const { port: backendPort } = backend.address() as AddressInfo
  const folder = testFolder(t, { xds: {} })
  const address = nodeAddress(0)
  const port = await freePort()

  /** Envoy watches these files for moves. */
  const put = (file: string, resource: object) => {
    writeFileSync(join(folder, file), JSON.stringify({ versionInfo: 'v1', resources: [resource] }))
    renameSync(join(folder, file), join(folder, 'xds', file))
  }
  const putListener = (filter: object) =>
    put('lds.json', {
      '@type': `${PROTO}.config.listener.v3.Listener`,
      name: 'orders-listener',
      address: at(address, port),
      filterChains: [{ filters: [{ name: 'only', typedConfig: filter }] }],
    })
  put('cds.json', {
    '@type': `${PROTO}.config.cluster.v3.Cluster`,
    name: 'orders',
    loadAssignment: {
      clusterName: 'orders',
      endpoints: [{ lbEndpoints: [{ endpoint: { address: at('127.0.0.1', backendPort) } }] }],
    },
  })
  putListener(tcpProxy)

  const bootstrap = createBootstrap({
    nodeId: 'edge-0',
    cluster: 'edge',
    listenerAddress: address,
    xds: { address: '127.0.0.1:1' },
  })
  const fromFile = (file: string) => ({
    resourceApiVersion: ApiVersion.V3,
    configSourceSpecifier: {
      case: 'pathConfigSource' as const,
      value: { path: join(folder, 'xds', file) },
    },
  })
  bootstrap.dynamicResources = create(Bootstrap_DynamicResourcesSchema, {
    cdsConfig: fromFile('cds.json'),
    ldsConfig: fromFile('lds.json'),
  })
  const { path: binary } = findEnvoy()
  const envoy = await runEnvoy({ binary, bootstrap, folder, drainTimeSeconds })
  t.teardown(() => envoy.stop())
  await envoy.admin.waitUntilLive()

  const call = async () => {
    const socket = connect(port, address)
      .on('error', () => {})
      .resume()
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  return {
    admin: envoy.admin,
    listener: `${address}:${port}`,
    backendPort,
    putListener,
    call,
    stop: envoy.stop,
  }
}

/** Polls until the answer is the wanted one; the test's timeout bounds it. */
async function untilEqual<T>(t: Test, read: () => Promise<T>, wanted: T, message: string) {
  let answer = await read()
  while (!isDeepStrictEqual(answer, wanted)) answer = await read()
  t.same(answer, wanted, message)
}

t.test('the config dump shows resources by name, with version, state and content', async (t) => {
  const { admin, putListener } = await startEdge(t)
  const [cluster, ...otherClusters] = await admin.dynamicClusters()
  t.match(cluster, { name: 'orders', state: 'active', versionInfo: 'v1', config: { name: 'orders' } })
  t.same(otherClusters, [], 'static clusters are not included')

  const [listener, ...otherListeners] = await admin.dynamicListeners()
  t.match(listener, { name: 'orders-listener', state: 'active', versionInfo: 'v1' })
  t.match(JSON.stringify(listener?.config), 'tcp_proxy')
  t.same(otherListeners, [])

  putListener(httpConnectionManager)
  const isHttp = async () =>
    JSON.stringify(await admin.dynamicListeners()).includes('http_connection_manager')
  await untilEqual(t, isHttp, true, 'new content is visible')
  t.match(await admin.configDump(), { configs: Array })
})

t.test('after a flip from L4 to L7, the admin shows when the last old connection closes', async (t) => {
  const { admin, listener, putListener, call } = await startEdge(t)
  const connections = () => admin.activeDownstreamConnections(listener, 'orders')
  t.same(await connections(), { l4: 0, l7: 0 })
  const old = [await call(), await call()]
  await untilEqual(t, connections, { l4: 2, l7: 0 }, 'two connections before the flip')

  putListener(httpConnectionManager)
  const flipped = async () =>
    (await admin.stats('in_place')).get('listener_manager.listener_in_place_updated')
  await untilEqual(t, flipped, 1, 'flipped')
  await call()
  await untilEqual(t, connections, { l4: 2, l7: 1 }, 'a new connection beside the old ones')
  for (const socket of old) socket.destroy()
  await untilEqual(t, connections, { l4: 0, l7: 1 }, 'the old connections are closed')
})

t.test('clusters() shows the hosts of each cluster', async (t) => {
  const { admin, backendPort } = await startEdge(t)
  const { clusterStatuses } = await admin.clusters()
  const orders = clusterStatuses.find(({ name }) => name === 'orders')
  const host = { address: { case: 'socketAddress', value: { portSpecifier: { value: backendPort } } } }
  t.match(orders, {
    hostStatuses: [{ address: host, healthStatus: { edsHealthStatus: HealthStatus.HEALTHY } }],
  })
})

t.test('stats() returns the numbers whose names match the filter', async (t) => {
  const { admin } = await startEdge(t)
  const stats = await admin.stats('^cluster_manager\\.(active|warming)_clusters[&]?$')
  t.same(Object.fromEntries(stats), {
    'cluster_manager.active_clusters': 2,
    'cluster_manager.warming_clusters': 0,
  })
  t.equal((await admin.stats('no such thing')).size, 0)
})

t.test('drainListeners() closes the listeners after the drain time', async (t) => {
  const { admin, call } = await startEdge(t, 1)
  await call()
  await admin.drainListeners()
  const stopped = async () => (await admin.stats('stopped')).get('listener_manager.listener_stopped')
  await untilEqual(t, stopped, 1, 'the listener is closed')
  await t.rejects(call(), { code: 'ECONNREFUSED' })
})

t.test('if Envoy does not answer or answers with an error, the error names its address', async (t) => {
  const { admin, stop } = await startEdge(t)
  await t.rejects(admin.read('/elsewhere'), {
    code: 'process-failed',
    message: `${admin.url} answered 404 to /elsewhere: `,
  })
  await stop()
  await t.rejects(admin.clusters(), {
    code: 'process-failed',
    message: `${admin.url} did not answer /clusters?format=json`,
  })
})

t.test('waiting for a live Envoy times out', async (t) => {
  const bootstrap = createBootstrap({
    nodeId: 'lonely',
    cluster: 'edge',
    listenerAddress: nodeAddress(0),
    xds: { address: `127.0.0.1:${await freePort()}` },
  })
  const { admin, stop } = await runEnvoy({ binary: findEnvoy().path, bootstrap, folder: testFolder(t) })
  t.teardown(stop)
  const message = /is PRE_INITIALIZING after 20 ms, not LIVE/
  await t.rejects(admin.waitUntilLive(20), { code: 'process-failed', message })
})
