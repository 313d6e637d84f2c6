// A control plane of several processes, for more clients than one core can serve: they share a port, and the content.

import cluster from 'node:cluster'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SnapshotCache } from 'switchyard'
import { clusterOf, endpointsOf, listenerOf, routesOf } from '../resources.ts'
import { ServingProcesses, serveWhatIsSent } from './serving-processes.ts'

const GROUP = 'edge'
const [
  address = '127.0.0.1:18000',
  listenerPort = '10000',
  backendPort = '8080',
  adminPort = '18080',
  processes = '2',
] = process.argv.slice(2)

if (cluster.isPrimary) await lead()
else serve()

async function lead(): Promise<void> {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  cache.setSnapshot(GROUP, [
    clusterOf('backend'),
    endpointsOf('backend', [Number(backendPort)]),
    listenerOf('web', Number(listenerPort)),
    routesOf('web', { route: { cluster: 'backend' } }),
  ])
  const serving = new ServingProcesses(cache, GROUP)
  console.log(`xDS on ${await serving.start(Number(processes))}`)

  /** `PUT /PORT` is the new endpoint of the backend. The answer has the state of each node. */
  const admin = createServer(async (request, response) => {
    const port = Number(request.url?.slice(1))
    await serving.update({ upsert: [endpointsOf('backend', [port])] })
    const nodes = (await serving.synced()).flatMap((report) => report.nodes)
    response.end(nodes.map(({ id, state }) => `${id} ${state}\n`).join(''))
  })
  admin.listen(Number(adminPort), '127.0.0.1', () => {
    console.log(`admin on 127.0.0.1:${(admin.address() as AddressInfo).port}`)
  })
}

function serve(): void {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  cache.onEvent((event) => {
    if (event.kind === 'opened') console.log(`${event.node} is served by process ${process.pid}`)
  })
  serveWhatIsSent({ cache, address }, GROUP)
}
