// A small control plane: it serves one snapshot to a group of nodes, and prints what each node answers.

import { SnapshotCache, startXdsServer } from 'switchyard'
import { clusterOf, endpointsOf, listenerOf, routesOf } from '../resources.ts'

/** Nodes whose `node.cluster` is this name are served the snapshot. */
const GROUP = 'edge'
const [address = '127.0.0.1:18000', listenerPort = '10000', backendPort = '8080'] = process.argv.slice(2)

const cache = new SnapshotCache({ consistency: 'enforce' })

cache.onEvent((event) => {
  if (event.kind === 'acked') {
    console.log(`${event.node} ACKed version ${event.version} of ${event.typeUrl}`)
  }
  if (event.kind === 'nacked') {
    console.log(`${event.node} NACKed version ${event.version} of ${event.typeUrl}: ${event.nack.message}`)
  }
})

cache.setSnapshot(GROUP, [
  clusterOf('backend'),
  endpointsOf('backend', [Number(backendPort)]),
  listenerOf('web', Number(listenerPort)),
  routesOf('web', { route: { cluster: 'backend' } }),
])

const server = await startXdsServer({ cache, address })
console.log(`xDS for the group ${GROUP} on ${server.address}`)
