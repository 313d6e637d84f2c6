// Names with an authority and a real Envoy: glob collections of clusters and listeners, and endpoints of a second control plane.

import { clone, create } from '@bufbuild/protobuf'
import type { Bootstrap } from '@envoy/xds-protos/envoy/config/bootstrap/v3/bootstrap_pb.js'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import {
  ApiConfigSource_ApiType,
  ApiVersion,
  ConfigSourceSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import type { XdsProtocol } from '../../envoy-bootstrap/bootstrap.ts'
import { freePort } from '../../processes/free-port.ts'
import { createClient } from '../../services/rpc/index.ts'
import { CLUSTER, ENDPOINT, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { uri } from '../support/authority-names.ts'
import { callEcho } from '../support/call-echo.ts'
import { startBackends } from '../support/echo-backends.ts'
import { startEnvoy, untilInEffect } from '../support/real-envoy.ts'
import {
  assignment,
  cluster,
  clusterOf,
  httpListener,
  routes,
  staticCluster,
  tcpListener,
} from '../support/resources.ts'
import { until } from '../support/until.ts'

const EAST = 'east.example'
const WEST = 'west.example'

/** Without it, Envoy 1.40 asks the server that has the cluster for the endpoints too, whatever their authority. */
const FEATURE = 'envoy.reloadable_features.xdstp_based_config_singleton_subscriptions'

/** Gets clusters and listeners from collections of EAST, with parameters out of order and those of the node. */
function byCollections({ dynamicResources, nodeContextParams }: Bootstrap): void {
  if (dynamicResources === undefined) throw new Error('the bootstrap has no dynamic resources')
  dynamicResources.cdsResourcesLocator = uri(EAST, 'C', 'edge/*?tier=1&kind=a%5Bb%5D')
  dynamicResources.ldsResourcesLocator = uri(EAST, 'L', 'edge/*')
  nodeContextParams.push('cluster')
}

/** Gets the names of WEST from a server of its own. */
function withSecondServer(address: string, protocol: XdsProtocol) {
  return ({ configSources, staticResources, layeredRuntime }: Bootstrap) => {
    const [layer] = layeredRuntime?.layers ?? []
    if (layer?.layerSpecifier.case === 'staticLayer') layer.layerSpecifier.value[FEATURE] = true
    const [first] = staticResources?.clusters ?? []
    if (first === undefined) throw new Error('the bootstrap has no cluster')
    const second = clone(ClusterSchema, first)
    second.name = 'west'
    const socket = second.loadAssignment?.endpoints[0]?.lbEndpoints[0]?.hostIdentifier
    const own = socket?.case === 'endpoint' ? socket.value.address?.address : undefined
    if (own?.case === 'socketAddress') {
      own.value.portSpecifier = { case: 'portValue', value: Number(address.split(':').at(-1)) }
    }
    staticResources?.clusters.push(second)
    configSources.push(
      create(ConfigSourceSchema, {
        authorities: [{ name: WEST }],
        resourceApiVersion: ApiVersion.V3,
        configSourceSpecifier: {
          case: 'apiConfigSource',
          value: {
            apiType:
              protocol === 'delta'
                ? ApiConfigSource_ApiType.AGGREGATED_DELTA_GRPC
                : ApiConfigSource_ApiType.AGGREGATED_GRPC,
            transportApiVersion: ApiVersion.V3,
            grpcServices: [{ targetSpecifier: { case: 'envoyGrpc', value: { clusterName: 'west' } } }],
          },
        },
      }),
    )
  }
}

async function answers(port: number): Promise<string[]> {
  const client = createClient(EchoService, `127.0.0.1:${port}`)
  return await callEcho(client, { count: 2 }).finally(() => client.close())
}

for (const protocol of ['delta', 'sotw'] as const) {
  t.test(
    `X76, X77, X78, X79: Envoy follows collections of clusters and listeners (${protocol})`,
    async (t) => {
      const cache = new SnapshotCache({ consistency: 'enforce' })
      const server = await startXdsServer({ cache, address: '127.0.0.1:0', drainTimeMs: 0 })
      t.teardown(() => server.close())
      const [backend = 0] = await startBackends(t, 'b')
      const port = await freePort()
      const NODE = 'xds.node.cluster=fleet'
      const [echo, main] = [
        uri(EAST, 'C', `edge/echo?${NODE}&kind=a[b]&tier=1`),
        uri(EAST, 'L', `edge/main?${NODE}`),
      ]
      const [eds, rds] = [uri(EAST, 'E', 'echo:1?b=2&a=1'), uri(EAST, 'R', 'main?b=2&a=1')]
      const others = [
        cluster('plain'),
        cluster(uri(WEST, 'C', `edge/echo?${NODE}&kind=a[b]&tier=1`)),
        cluster(uri(EAST, 'C', `edge/deep/echo?${NODE}&kind=a[b]&tier=1`)),
        cluster(uri(EAST, 'C', 'edge/echo')),
      ]
      const kept = [
        staticCluster(uri(EAST, 'C', `edge/kept?${NODE}&kind=a[b]&tier=1`)),
        tcpListener(uri(EAST, 'L', `edge/kept?${NODE}`), await freePort(), 'plain'),
      ]
      // In SotW, Envoy 1.40 takes no notice of a response without resources for a collection.
      const mayBeEmpty = protocol === 'delta'
      cache.setSnapshot('fleet', mayBeEmpty ? others : [...others, ...kept])
      const envoy = await startEnvoy(t, server.address, protocol, { edit: byCollections })
      await envoy.admin.waitUntilLive()
      for (const stat of ['cluster_manager.cds', 'listener_manager.lds']) {
        const given = await envoy.admin.stats(`^${stat}.init_fetch_timeout$`)
        t.equal(given.get(`${stat}.init_fetch_timeout`), 0, `${stat} has its answer at once`)
      }
      const namesInEffect = async () => {
        await untilInEffect(cache, envoy)
        const listeners = (await envoy.admin.dynamicListeners()).filter(({ state }) => state !== 'draining')
        return [...(await envoy.admin.dynamicClusters()), ...listeners].map(({ name }) => name)
      }

      const added = [
        clusterOf(echo, eds),
        assignment(eds, backend),
        httpListener(main, port, rds),
        routes(rds, echo),
      ]
      cache.setSnapshot('fleet', [...others, ...kept, ...added])
      const names = kept.map(({ name }) => name)
      t.same((await namesInEffect()).sort(), [...names, echo, main].sort(), 'those of the collections')
      t.same(await answers(port), ['b', 'b'])
      cache.setSnapshot('fleet', [...others, ...kept])
      t.same(await namesInEffect(), names, 'what leaves a collection is gone')
      if (!mayBeEmpty) return
      cache.setSnapshot('fleet', others)
      t.same(await namesInEffect(), [])
    },
  )

  t.test(`X80: Envoy gets endpoints from the control plane of their authority (${protocol})`, async (t) => {
    const eds = uri(WEST, 'E', 'echo')
    const east = new SnapshotCache({
      consistency: 'enforce',
      external: { [ENDPOINT]: [`xdstp://${WEST}/*`] },
    })
    const west = new SnapshotCache()
    const start = async (cache: SnapshotCache) => {
      const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
      t.teardown(() => server.close())
      return server.address
    }
    const [first, second] = [await start(east), await start(west)]
    const [backend = 0] = await startBackends(t, 'b')
    const port = await freePort()
    east.setSnapshot('fleet', [clusterOf('echo', eds), httpListener('main', port), routes('main', 'echo')])
    west.setSnapshot('fleet', [assignment(eds, backend)])
    const envoy = await startEnvoy(t, first, protocol, { edit: withSecondServer(second, protocol) })
    await untilInEffect(east, envoy)
    await untilInEffect(west, envoy)
    t.same(await answers(port), ['b', 'b'])
    t.same(Object.keys(west.nodeStatus('fleet', 'edge-1').types), [ENDPOINT])
    t.notOk(Object.keys(east.nodeStatus('fleet', 'edge-1').types).includes(ENDPOINT))
    t.ok(Object.keys(east.nodeStatus('fleet', 'edge-1').types).includes(CLUSTER))
  })
}

// Why the consistency check compares spellings.
t.test('X49, X76: Envoy finds what a reference names in the spelling of its resource only', async (t) => {
  const cache = new SnapshotCache()
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', drainTimeMs: 0 })
  t.teardown(() => server.close())
  const [backend = 0] = await startBackends(t, 'b')
  const [given, other] = ['b=2&a=1', 'a=1&b=2']
  const ways = {
    same: { rds: given, cds: given, counter: undefined },
    routes: { rds: other, cds: given, counter: 'no_route' },
    cluster: { rds: given, cds: other, counter: 'no_cluster' },
  }
  const eds = uri(EAST, 'E', `e?${given}`)
  const served = await Promise.all(
    Object.entries(ways).map(async ([way, { rds, cds, counter }]) => {
      const port = await freePort()
      const resources = [
        httpListener(way, port, uri(EAST, 'R', `${way}?${rds}`)),
        routes(uri(EAST, 'R', `${way}?${given}`), uri(EAST, 'C', `c?${cds}`)),
      ]
      return { way, port, counter, resources }
    }),
  )
  const resources = served.flatMap((one) => one.resources)
  cache.setSnapshot('fleet', [
    ...resources,
    clusterOf(uri(EAST, 'C', `c?${given}`), eds),
    assignment(eds, backend),
  ])
  const envoy = await startEnvoy(t, server.address, 'delta')
  await envoy.admin.waitUntilLive()
  for (const { way, port, counter } of served) {
    const name = `http.${way}.${counter}`
    let answer: readonly string[] = []
    // A listener may open its port a moment after Envoy is live, so the reason of a failure counts.
    await until(async () => {
      answer = await answers(port)
      return counter === undefined
        ? answer.every((one) => one === 'b')
        : ((await envoy.admin.stats(`^${name}$`)).get(name) ?? 0) > 0
    })
    t.same(answer, counter === undefined ? ['b', 'b'] : ['failed', 'failed'], way)
  }
})

t.test('X77: Envoy takes the name of one cluster as its locator, and no list collection', async (t) => {
  const cache = new SnapshotCache()
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', drainTimeMs: 0 })
  t.teardown(() => server.close())
  const [one, other] = [uri(EAST, 'C', 'one'), uri(EAST, 'C', 'other')]
  cache.setSnapshot('fleet', [staticCluster(one), staticCluster(other)])
  const start = async (locator: string) =>
    await startEnvoy(t, server.address, 'delta', {
      edit({ dynamicResources }) {
        if (dynamicResources) dynamicResources.cdsResourcesLocator = locator
      },
    })
  const envoy = await start(one)
  await envoy.admin.waitUntilLive()
  t.same(
    (await envoy.admin.dynamicClusters()).map(({ name }) => name),
    [one],
  )
  const list = `xdstp://${EAST}/envoy.config.cluster.v3.ClusterCollection/all`
  await t.rejects(start(list), { message: /type does not match envoy\.config\.cluster\.v3\.Cluster in / })
})
