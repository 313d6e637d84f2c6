// Clusters on demand (ODCDS) with real Envoys, over ADS and over a separate stream: calls name them in a header.

import { create } from '@bufbuild/protobuf'
import {
  ApiConfigSource_ApiType,
  ApiVersion,
  ConfigSourceSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { CLUSTER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { callHost, onDemandListener } from '../support/on-demand.ts'
import { startEnvoy, untilInEffect } from '../support/real-envoy.ts'
import { ads, staticCluster } from '../support/resources.ts'

/** Sends each call to the cluster that its header names. */
function routesByHeader(name: string) {
  const clusterSpecifier = { case: 'clusterHeader' as const, value: 'x-cluster' }
  const match = { pathSpecifier: { case: 'prefix' as const, value: '/' } }
  const action = { case: 'route' as const, value: { clusterSpecifier } }
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [{ name, domains: ['*'], routes: [{ match, action }] }],
  })
}

const separate = create(ConfigSourceSchema, {
  resourceApiVersion: ApiVersion.V3,
  configSourceSpecifier: {
    case: 'apiConfigSource',
    value: {
      apiType: ApiConfigSource_ApiType.DELTA_GRPC,
      transportApiVersion: ApiVersion.V3,
      grpcServices: [{ targetSpecifier: { case: 'envoyGrpc', value: { clusterName: 'xds_cluster' } } }],
    },
  },
})

for (const [how, source] of [
  ['over ADS', ads()],
  ['over a separate stream', separate],
] as const) {
  t.test(`X64, X65: a cluster is made for the first call that names it, ${how}`, async (t) => {
    const cache = new SnapshotCache({ consistency: 'enforce' })
    const server = await startXdsServer({
      cache,
      address: '127.0.0.1:0',
      onDemand: ({ group, typeUrl, names }) => {
        const known = typeUrl === CLUSTER ? names.filter((name) => name !== 'unknown') : []
        cache.updateSnapshot(group, { upsert: known.map((name) => staticCluster(name)) })
      },
    })
    t.teardown(() => server.close())
    const port = await freePort()
    cache.setSnapshot('fleet', [
      staticCluster('always'),
      onDemandListener('main', port, source),
      routesByHeader('main'),
    ])
    const envoy = await startEnvoy(t, server.address, 'delta')
    await untilInEffect(cache, envoy)
    const call = (name: string) => callHost(port, 'any.example', { 'x-cluster': name })
    t.equal(await call('always'), '503 no healthy upstream')
    t.equal(await call('first'), '503 no healthy upstream', 'the cluster is there, and has no endpoints')
    t.equal(await call('second'), '503 no healthy upstream')
    t.equal(await call('unknown'), '503', 'a cluster that does not exist has no text')
    await untilInEffect(cache, envoy)
    t.strictSame((await envoy.admin.dynamicClusters()).map(({ name }) => name).sort(), [
      'always',
      'first',
      'second',
    ])
    t.match(cache.nodeStatus('fleet', 'edge-1'), { state: 'SYNCED' })
  })
}
