// The example as a process, a real Envoy, and backends by HTTP/1.1.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { startExample } from '../../test/support/example-process.ts'
import { callHost } from '../../test/support/on-demand.ts'
import { startEnvoy } from '../../test/support/real-envoy.ts'

t.test('X64: the first call to a host finds it, and a call to an unknown host is answered', async (t) => {
  const backend = createServer(({ headers }, response) => response.end(`hello ${headers.host}`))
  backend.listen(0, '127.0.0.1')
  await once(backend, 'listening')
  t.teardown(() => backend.close())
  const backendPort = (backend.address() as AddressInfo).port
  const port = await freePort()
  const hosts = ['orders.example', 'payments.example']
  const known = hosts.map((host) => `${host}=${backendPort}`)
  const example = startExample(t, 'on-demand-hosts', '127.0.0.1:0', `${port}`, ...known)
  const [, address = ''] = await example.untilLine(/^xDS on (\S+)$/)
  const envoy = await startEnvoy(t, address, 'delta')
  await envoy.admin.waitUntilLive()
  for (const host of hosts) {
    t.equal(await callHost(port, host), `200 hello ${host}`)
    await example.untilLine(new RegExp(`^edge-1 asks for ${host}: ${backendPort}$`))
  }
  t.equal(await callHost(port, 'nobody.example'), '404')
  await example.untilLine(/^edge-1 asks for nobody\.example: unknown$/)
  t.equal(await callHost(port, 'orders.example'), '200 hello orders.example')
})
