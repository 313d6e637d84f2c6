// A control plane as a process, which can be frozen: it serves resources with a TTL, and prints what a node answers and is sent.
//
//   node test/support/expiring-server.ts TTL_MS LISTENER_PORT

import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { assignment, cluster, staticCluster, tcpListener } from './resources.ts'

const [ttlMs, port] = process.argv.slice(2).map(Number) as [number, number]
const cache = new SnapshotCache()
cache.setSnapshot('fleet', [
  cluster('kept'),
  { resource: assignment('kept', 1), ttlMs },
  { resource: staticCluster('expiring'), ttlMs },
  { resource: tcpListener('expiring', port, 'kept'), ttlMs },
])
cache.onEvent((event) => {
  if (event.kind === 'nacked') console.log(`nacked ${event.nack.message}`)
  if (event.kind !== 'heartbeat' || !event.typeUrl.endsWith('.Cluster')) return
  console.log(`heartbeat ${event.version} ${cache.nodeStatus('fleet', event.node).state}`)
})
const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
console.log(`listens ${server.address}`)
