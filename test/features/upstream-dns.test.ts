// P14: upstreams whose endpoints DNS finds, with a real Envoy, real calls and a DNS server whose answers change.

import t, { type Test } from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { startDnsServer } from '../support/dns-server.ts'
import { connectEcho, startEcho, startEdge, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { untilAnsweredBy } from '../support/until-answered.ts'

const HOST = 'echo.test'
const ADDRESSES = ['127.0.0.1', '127.0.0.2'] as const

/** Backends on one port, each on an address of its own, which is its id. */
async function startOnOnePort(t: Test): Promise<number> {
  const [first, second] = ADDRESSES
  const { address } = await startEcho(t, first)
  const port = Number(address.split(':').at(-1))
  const other = await startBackend({ id: second, listen: { host: second, port }, latencyMs: 0 })
  t.teardown(() => other.close())
  return port
}

t.test('P14, T31: strict DNS calls each address of a name, and follows its changes', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const [port, dnsServer] = [await startOnOnePort(t), await startDnsServer(t, ADDRESSES)]
  const dns = { host: HOST, port, refresh: '50ms', resolvers: [dnsServer.address] }
  const edge = await startEdge(t, { upstreams: { echo: { dns } } })
  const client = connectEcho(t, edge.address)
  t.same(tallyOf(await callEcho(client, { count: 20 })), { '127.0.0.1': 10, '127.0.0.2': 10 })

  dnsServer.set(['127.0.0.2'])
  await untilAnsweredBy(client, ['127.0.0.2'])
  dnsServer.set(ADDRESSES)
  await untilAnsweredBy(client, ADDRESSES)
  t.pass('both, one, both')
})

t.test('P14, T31: logical DNS sends calls to one address, and stays at it while it is there', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const [port, dnsServer] = [await startOnOnePort(t), await startDnsServer(t, ADDRESSES)]
  const dns = { host: HOST, port, mode: 'logical', refresh: '50ms', resolvers: [dnsServer.address] }
  const edge = await startEdge(t, { upstreams: { echo: { dns } } })
  t.same(Object.values(tallyOf(await callEcho(connectEcho(t, edge.address), { count: 20 }))), [20])
})

t.test(
  'T31: a name without an address has no endpoint, and one of the host file needs no DNS server',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const [port, dnsServer] = [await startOnOnePort(t), await startDnsServer(t, [])]
    const dns = { host: HOST, port, resolvers: [dnsServer.address] }
    const edge = await startEdge(t, { upstreams: { echo: { dns } } })
    t.same(await callEcho(connectEcho(t, edge.address), { count: 1 }), [FAILED])

    await edge.serve({ upstreams: { echo: { dns: { host: 'localhost', port } } } })
    t.same(await callEcho(connectEcho(t, edge.address), { count: 1 }), ['127.0.0.1'])
  },
)

t.test('T31: a name is resolved for connections at L4 too', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const [port, dnsServer] = [await startOnOnePort(t), await startDnsServer(t, ['127.0.0.2'])]
  const dns = { host: HOST, port, resolvers: [dnsServer.address] }
  const edge = await startEdge(t, { upstreams: { echo: { dns } }, lb: { mode: 'l4' } })
  t.same(await callEcho(connectEcho(t, edge.address), { count: 1 }), ['127.0.0.2'])
})
