// A control plane beside a web server in one process: REST changes what is served, and answers when the nodes have ACKed it.

import Fastify from 'fastify'
import { SnapshotCache, startXdsServer } from 'switchyard'
import { clusterOf, endpointsOf, listenerOf, routesOf } from '../resources.ts'

const GROUP = 'edge'
const [address = '127.0.0.1:18000', restPort = '8000', listenerPort = '10000'] = process.argv.slice(2)

const cache = new SnapshotCache({ consistency: 'enforce' })
cache.setSnapshot(GROUP, [
  clusterOf('backend'),
  endpointsOf('backend', []),
  listenerOf('web', Number(listenerPort)),
  routesOf('web', { route: { cluster: 'backend' } }),
])

const rest = Fastify()
const portsSchema = { type: 'array', items: { type: 'integer', minimum: 1, maximum: 65535 } }

rest.put<{ Body: number[] }>('/endpoints', { schema: { body: portsSchema } }, async (request, reply) => {
  cache.updateSnapshot(GROUP, { upsert: [endpointsOf('backend', request.body)] })
  const { outcome, nodes } = await cache.synced(GROUP, { signal: AbortSignal.timeout(10_000) })
  reply.code({ synced: 200, nacked: 409, pending: 504, unverified: 202 }[outcome])
  return { outcome, nodes: nodes.map(({ id, state }) => ({ id, state })) }
})

rest.get('/status', async () => cache.status(GROUP))

const server = await startXdsServer({ cache, address })
const url = await rest.listen({ host: '127.0.0.1', port: Number(restPort) })
console.log(`xDS on ${server.address}, REST on ${url}`)

process.once('SIGTERM', async () => {
  await rest.close()
  await server.close()
})
