// A control plane for Envoys that know no host until a call names it: the virtual host, its cluster and its endpoints are made then.

import { SnapshotCache, startXdsServer, typeUrlOf } from 'switchyard'
import { VirtualHostSchema } from 'switchyard/protos/envoy/config/route/v3/route_components_pb.js'
import { clusterOf, discoveredRoutesOf, endpointsOf, listenerOf, virtualHostOf } from '../resources.ts'

const [address = '127.0.0.1:18000', listenerPort = '10000', ...hosts] = process.argv.slice(2)
const VIRTUAL_HOST = typeUrlOf(VirtualHostSchema)

/** Stands for a database: the port of each host, given as HOST=PORT. */
const registry = new Map(hosts.map((one) => [one.split('=')[0], Number(one.split('=')[1])]))

async function findPort(host: string): Promise<number | undefined> {
  return registry.get(host)
}

// Each Envoy has a snapshot of its own, so it gets the hosts that its own calls name, and no others.
const cache = new SnapshotCache({ nodeGroup: (node) => node.id, consistency: 'enforce' })
const base = [listenerOf('web', Number(listenerPort), { onDemand: true }), discoveredRoutesOf('web')]

cache.onEvent((event) => {
  if (event.kind === 'opened' && cache.getSnapshot(event.group) === undefined)
    cache.setSnapshot(event.group, base)
})

const server = await startXdsServer({
  cache,
  address,
  // The call waits until this is done. A host that was not made by then is answered with 404.
  onDemand: async ({ node, group, typeUrl, names }) => {
    if (typeUrl !== VIRTUAL_HOST) return
    for (const name of names) {
      const host = name.slice(name.lastIndexOf('/') + 1)
      const port = await findPort(host)
      console.log(`${node.id} asks for ${host}: ${port ?? 'unknown'}`)
      if (port === undefined) continue
      const route = virtualHostOf(name, { route: { cluster: host } })
      cache.updateSnapshot(group, { upsert: [clusterOf(host), endpointsOf(host, [port]), route] })
    }
  },
})
console.log(`xDS on ${server.address}`)
