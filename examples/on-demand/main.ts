// A control plane that makes resources when a client asks for them: each gRPC service that a client dials by name.

import { LISTENER, SnapshotCache, startXdsServer } from 'switchyard'
import { apiListenerOf, clusterOf, endpointsOf, routesOf } from '../resources.ts'

/** All clients share one snapshot, which grows by what any of them asks for. */
const GROUP = 'clients'
const [address = '127.0.0.1:18000', ...services] = process.argv.slice(2)

/** Stands for a service registry: the ports of each service, given as NAME=PORT. */
const registry = new Map(services.map((one) => [one.split('=')[0], [Number(one.split('=')[1])]]))

const cache = new SnapshotCache({ nodeGroup: () => GROUP, consistency: 'enforce' })
// Without a snapshot, nothing would be answered, and no name would be missing.
cache.setSnapshot(GROUP, [])

cache.onEvent((event) => {
  if (event.kind !== 'missing' || event.typeUrl !== LISTENER) return
  // The event lists at most 100 names. It comes again for the others.
  const upsert = event.names.flatMap((name) => {
    const ports = registry.get(name)
    if (ports === undefined) return []
    console.log(`${event.node} asks for ${name}`)
    const routes = routesOf(name, { route: { cluster: name } })
    return [apiListenerOf(name), routes, clusterOf(name), endpointsOf(name, ports)]
  })
  cache.updateSnapshot(GROUP, { upsert })
})

const server = await startXdsServer({ cache, address })
console.log(`xDS on ${server.address}`)
