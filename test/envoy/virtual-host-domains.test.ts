// Virtual hosts of several domains with real Envoys, on ADS and on the separate VHDS service: made for the first call to one of their
// hosts, and found for the others.

import { create } from '@bufbuild/protobuf'
import type { ConfigSource } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { VIRTUAL_HOST } from '../../xds-server/snapshot/resource-type.ts'
import { callHost, onDemandListener } from '../support/on-demand.ts'
import { nextEvent, startEnvoy, untilInEffect } from '../support/real-envoy.ts'
import { ads, separateService, vhdsRoutes, virtualHost } from '../support/resources.ts'
import { testFolder } from '../support/test-folder.ts'

const NAME = 'main/*.shop.example'

function shop(...domains: string[]) {
  return create(VirtualHostSchema, { ...virtualHost('main', '*.shop.example'), domains })
}

/** An Envoy without virtual hosts, and a server that makes the shop when a call needs it. */
async function startFleet(source: ConfigSource, folder: string) {
  const asked: string[] = []
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const server = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    drainTimeMs: 0,
    onDemandTimeoutMs: 3_600_000,
    onDemand: ({ group, names }) => {
      asked.push(...names)
      if (!names.includes('main/a.shop.example')) return
      cache.updateSnapshot(group, { upsert: [shop('*.shop.example')] })
      // The lookup is not over: the call goes on when it has its virtual host.
      return new Promise(() => {})
    },
  })
  t.teardown(() => server.close())
  const port = await freePort()
  cache.setSnapshot('fleet', [onDemandListener('main', port), vhdsRoutes('main', '', source)])
  const envoy = await startEnvoy(t, server.address, 'delta', { folder })
  await untilInEffect(cache, envoy)
  return { asked, cache, server, envoy, call: (host: string) => callHost(port, host) }
}

const SOURCES = Object.entries({ ADS: ads(), 'the separate service': separateService('delta') })
const folder = testFolder(t, Object.fromEntries(SOURCES.map(([how]) => [how, {}])))
const fleets = await Promise.all(
  SOURCES.map(async ([how, source]) => ({ how, ...(await startFleet(source, `${folder}/${how}`)) })),
)

for (const { how, asked, cache, server, envoy, call } of fleets) {
  t.test(`X60, X65, X90: a call finds its virtual host by its domains, on ${how}`, async (t) => {
    t.equal(await call('a.shop.example'), `200 ${NAME}`, 'before the end of the lookup')
    t.equal(await call('b.shop.example'), `200 ${NAME}`)
    t.equal(await call('unknown.example'), '404')
    t.same(asked, ['main/a.shop.example', 'main/unknown.example'])

    cache.updateSnapshot('fleet', { upsert: [shop('*.shop.example', 'shop.example')] })
    await untilInEffect(cache, envoy)
    t.equal(await call('shop.example'), `200 ${NAME}`, 'a change')

    const reconnected = nextEvent(
      cache,
      (event) => event.kind === 'subscribed' && event.typeUrl === VIRTUAL_HOST,
    )
    server.disconnect('fleet', 'edge-1')
    await reconnected
    await untilInEffect(cache, envoy)
    t.equal(await call('a.shop.example'), `200 ${NAME}`)
    t.match(cache.nodeStatus('fleet', 'edge-1'), { state: 'SYNCED' })
    t.notOk(asked.slice(2).includes('main/a.shop.example'), 'Envoy names it again, and it is found')

    cache.updateSnapshot('fleet', { remove: [{ typeUrl: VIRTUAL_HOST, name: NAME }] })
    await untilInEffect(cache, envoy)
    t.equal(await call('b.shop.example'), '404', 'a removal')
  })
}
