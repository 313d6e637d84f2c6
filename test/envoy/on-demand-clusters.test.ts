// Clusters on demand (ODCDS) with real Envoys, over ADS and over a separate stream: calls name them in a header. The filter says where
// they come from, or a route.

import { EventEmitter, once } from 'node:events'
import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import type { ConfigSource } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { PerRouteConfigSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { CLUSTER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { callHost, onDemandListener } from '../support/on-demand.ts'
import { startEnvoy, untilInEffect } from '../support/real-envoy.ts'
import { ads, separateService, staticCluster } from '../support/resources.ts'
import { testFolder } from '../support/test-folder.ts'

interface Sources {
  readonly ofFilter?: ConfigSource
  readonly ofRoute?: ConfigSource
}

/** Sends each call to the cluster that its header names. Calls below /plain ask for no clusters. */
function routesByHeader(name: string, source: ConfigSource | undefined) {
  const route = (prefix: string, odcds: { readonly source: ConfigSource } | undefined) => {
    const config = odcds && anyPack(PerRouteConfigSchema, create(PerRouteConfigSchema, { odcds }))
    const clusterSpecifier = { case: 'clusterHeader' as const, value: 'x-cluster' }
    return {
      match: { pathSpecifier: { case: 'prefix' as const, value: prefix } },
      action: { case: 'route' as const, value: { clusterSpecifier } },
      ...(config && { typedPerFilterConfig: { 'envoy.filters.http.on_demand': config } }),
    }
  }
  const routes = [route('/plain', undefined), route('/', source && { source })]
  return create(RouteConfigurationSchema, { name, virtualHosts: [{ name, domains: ['*'], routes }] })
}

async function startFleet({ ofFilter, ofRoute }: Sources, folder: string) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const asked = new EventEmitter()
  const server = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    onDemand: ({ group, typeUrl, names, afterReconnect }) => {
      for (const name of names) asked.emit(name, afterReconnect)
      const known = typeUrl === CLUSTER ? names.filter((name) => name !== 'unknown') : []
      cache.updateSnapshot(group, { upsert: known.map((name) => staticCluster(name)) })
    },
  })
  t.teardown(() => server.close())
  const port = await freePort()
  cache.setSnapshot('fleet', [
    staticCluster('always'),
    onDemandListener('main', port, ofFilter),
    routesByHeader('main', ofRoute),
  ])
  const envoy = await startEnvoy(t, server.address, 'delta', { folder })
  await untilInEffect(cache, envoy)
  const call = (name: string, path?: string) => callHost(port, 'any.example', { 'x-cluster': name }, path)
  return { cache, server, envoy, asked, call }
}

const CASES = Object.entries<Sources>({
  'over ADS': { ofFilter: ads() },
  'over a separate stream': { ofFilter: separateService('delta') },
  'from a route, over ADS': { ofRoute: ads() },
  'from a route, over a separate stream': { ofRoute: separateService('delta') },
})
const folder = testFolder(t, Object.fromEntries(CASES.map(([how]) => [how, {}])))
const fleets = await Promise.all(
  CASES.map(async ([how, sources]) => ({
    how,
    sources,
    ...(await startFleet(sources, `${folder}/${how}`)),
  })),
)

for (const { how, sources, cache, server, envoy, asked, call } of fleets) {
  t.test(`X64, X65: a cluster is made for the first call that names it, ${how}`, async (t) => {
    t.equal(await call('always'), '503 no healthy upstream')
    const lookup = once(asked, 'first')
    t.equal(await call('first'), '503 no healthy upstream', 'the cluster is there, and has no endpoints')
    t.strictSame(await lookup, [false], 'it was asked for by a call')
    t.equal(await call('second'), '503 no healthy upstream')
    t.equal(await call('unknown'), '503', 'a cluster that does not exist has no text')
    if (sources.ofRoute) t.equal(await call('third', '/plain'), '503', 'another route asks for none')
    await untilInEffect(cache, envoy)
    t.strictSame((await envoy.admin.dynamicClusters()).map(({ name }) => name).sort(), [
      'always',
      'first',
      'second',
    ])
    t.match(cache.nodeStatus('fleet', 'edge-1'), { state: 'SYNCED' })
  })

  t.test(
    `X64: a cluster that a call named and that is gone is asked for after a reconnect, ${how}`,
    async (t) => {
      const clusters = async () => {
        await untilInEffect(cache, envoy)
        return (await envoy.admin.dynamicClusters()).map(({ name }) => name).sort()
      }
      cache.updateSnapshot('fleet', { remove: [{ typeUrl: CLUSTER, name: 'first' }] })
      t.strictSame(await clusters(), ['always', 'second'])
      const again = once(asked, 'first')
      server.disconnect('fleet', 'edge-1')
      t.strictSame(await again, [true], 'the lookup says that it is repeated')
      t.strictSame(
        await clusters(),
        ['always', 'first', 'second'],
        'the lookup makes it again, without a call',
      )
    },
  )
}
