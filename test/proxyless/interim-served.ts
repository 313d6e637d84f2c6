// interim: proxyless by way of the envoy translation
import { create } from '@bufbuild/protobuf'
import { anyUnpack, anyPack } from '@bufbuild/protobuf/wkt'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { translateFleet } from '../../control-plane/translate/translate.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { apiListener } from '../support/resources.ts'
export async function openServed(document: any, xds = '127.0.0.1:0'): Promise<any> {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const put = async (doc: any) => {
    const fleet = doc.fleets.clients
    const { clients, kind, lb, listeners, ...rest } = fleet
    const config = validateConfig({ ...doc, fleets: { clients: { kind: 'envoy', lb: { mode: 'l7', ...lb }, listeners: { echo: { port: 1, l4: { upstream: Object.keys(doc.upstreams)[0] }, ...listeners.echo } }, ...rest } } })
    const all = translateFleet(config, 'clients').filter((r) => !r.$typeName.endsWith('Listener')) as any[]
    for (const r of all) {
      if (r.$typeName.endsWith('ClusterLoadAssignment')) for (const l of r.endpoints) { l.locality = { $typeName: 'envoy.config.core.v3.Locality', region: 'r', zone: 'z', subZone: '' }; l.loadBalancingWeight = 1 }
      if (r.$typeName.endsWith('RouteConfiguration')) for (const v of r.virtualHosts) { v.routes = v.routes.filter((x: any) => x.action.case === 'route'); for (const route of v.routes) { const a = route.action.value; if (a.timeout && (a.timeout.seconds || a.timeout.nanos)) a.maxStreamDuration = { $typeName: 'envoy.config.route.v3.RouteAction.MaxStreamDuration', maxStreamDuration: a.timeout } } }
    }
    cache.setSnapshot('clients', [apiListener('echo'), ...all])
    await cache.synced('clients')
  }
  await put(document)
  const server = await startXdsServer({ cache, address: xds })
  return { xdsAddress: server.address, put, close: () => server.close() }
}
