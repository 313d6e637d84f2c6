// A testbed as the control plane asks it over HTTP: its load is what it was set to, and no call is made.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { TestbedLoad, TestbedLoadSetting } from '../../api/schemas/testbed.ts'
import type { Teardown } from './xds-client.ts'

/** @returns its URL, for `--testbed` */
export async function serveFixedTestbed(t: Teardown): Promise<string> {
  let load: TestbedLoad = {
    running: false,
    connections: 4,
    callsPerSecond: 50,
    fleet: 'edge',
    calls: 0,
    failed: 0,
  }
  const server = createServer(async (request, response) => {
    if (request.method === 'PUT') load = { ...load, ...((await json(request)) as TestbedLoadSetting) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(load))
  })
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/load`
}
