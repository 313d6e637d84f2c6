// P25: an endpoint with several addresses, with a real Envoy and real calls: a connection goes to the first address that answers.

import { networkInterfaces } from 'node:os'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { startBackend } from '../../services/backend-server.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { connectEcho, startEcho, startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

t.test('P25: an address at which nothing listens costs no call if another one answers', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startEcho(t, 'b1')
  const dead = `127.0.0.1:${await freePort()}`
  const upstreams = (endpoint: object) => ({ echo: { endpoints: { b1: endpoint } } })
  const edge = await startEdge(t, { upstreams: upstreams({ address: dead }) })
  const call = async () => (await callEcho(connectEcho(t, edge.address), { count: 1 })).join()
  t.equal(await call(), FAILED, 'the twin with the first address only')

  // Envoy 1.40 keeps the further addresses of an endpoint that it knows, so it must forget this one.
  await edge.serve({ upstreams: { echo: { endpoints: {} } } })
  await edge.serve({ upstreams: upstreams({ address: dead, additionalAddresses: [address] }) })
  t.equal(await call(), 'b1')

  await edge.serve({ upstreams: upstreams({ address, additionalAddresses: [dead] }) })
  t.equal(await call(), 'b1', 'the first address that answers is used')
})

t.test('P25: an endpoint on IPv4 and IPv6 is reached over either', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === '::1'),
  )
  if (!hasIpv6) return t.plan(0, 'this host has no IPv6 on loopback')
  const port = await freePort()
  const endpoint = { address: `127.0.0.1:${port}`, additionalAddresses: [`[::1]:${port}`] }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: endpoint } } } })
  for (const host of ['127.0.0.1', '::1']) {
    const backend = await startBackend({ id: host, listen: { host, port }, latencyMs: 0 })
    t.same(await callEcho(connectEcho(t, edge.address), { count: 1 }), [host])
    await backend.close()
  }
})
