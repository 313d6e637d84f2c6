// P14, P24, P25 with @grpc/grpc-js-xds: names, aggregates, several addresses, and two control planes of one client.

import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import {
  connectProxyless,
  proxylessDocument,
  startEndpoints,
  startWithDocument,
} from '../support/proxyless.ts'

async function serve(t: Test, upstreams: Readonly<Record<string, object>>, fleet: object = {}) {
  const document = proxylessDocument({}, { upstreams })
  const { clients } = document.fleets
  const changed = { ...document, fleets: { clients: { ...clients, ...fleet } } }
  return (await startWithDocument(t, changed)).control.xdsAddress
}

async function answerOf(t: Test, xdsAddress: string, choices = {}): Promise<string> {
  const client = connectProxyless(t, xdsAddress, 'node-1', choices)
  return (await client.unary({})).backendId
}

async function deadAddress(): Promise<string> {
  return `127.0.0.1:${await freePort()}`
}

t.test('P14: an aggregate of aggregates goes on to the first endpoint that can be reached', async (t) => {
  const { b1 } = await startEndpoints(t, 'b1')
  const upstreams = {
    echo: { aggregate: ['inner', 'unused'] },
    inner: { aggregate: ['gone', 'there'] },
    gone: { endpoints: { gone: { address: await deadAddress() } } },
    there: { endpoints: { b1 } },
    unused: { endpoints: {} },
  }
  t.equal(await answerOf(t, await serve(t, upstreams)), 'b1')
  const { gone } = upstreams
  await t.rejects(answerOf(t, await serve(t, { echo: gone })), { message: /No connection/ }, 'the twin alone')
})

t.test('P14: a name is resolved by the client', async (t) => {
  const { b1 } = await startEndpoints(t, 'b1')
  const port = Number(b1.address.split(':').at(-1))
  const named = (host: string) => ({ echo: { dns: { host, port, mode: 'logical' } } })
  t.equal(await answerOf(t, await serve(t, named('localhost'))), 'b1')
  // The client waits for an address for as long as the call may take (seen with 1.14.1).
  const client = connectProxyless(t, await serve(t, named('nowhere.invalid')), 'node-1')
  await t.rejects(
    client.unary({}, { deadline: Date.now() + 2_000 }),
    { code: 4 },
    'the twin without an address',
  )
})

t.test('P25: the client goes on to the further addresses of an endpoint', async (t) => {
  const { b1 } = await startEndpoints(t, 'b1')
  const address = await deadAddress()
  const upstream = (endpoint: object) => ({ echo: { endpoints: { endpoint } } })
  t.equal(await answerOf(t, await serve(t, upstream({ address, additionalAddresses: [b1.address] }))), 'b1')
  await t.rejects(
    answerOf(t, await serve(t, upstream({ address }))),
    { code: 14 },
    'the twin with one address',
  )
})

t.test(
  'P24: a client gets the listeners of each authority from the control plane of that authority',
  async (t) => {
    const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
    const here = await serve(t, { echo: { endpoints: { b1 } } })
    const there = await serve(
      t,
      { echo: { aggregate: ['list'] }, list: { endpoints: { b2 } } },
      { authority: 'mesh.example.com' },
    )
    const servers = [{ server_uri: there, channel_creds: [{ type: 'insecure' }] }]
    const bootstrap = { authorities: { 'mesh.example.com': { xds_servers: servers } } }
    t.equal(await answerOf(t, here, { bootstrap }), 'b1', 'without an authority')
    const target = 'xds://mesh.example.com/echo'
    t.equal(await answerOf(t, here, { bootstrap, target }), 'b2', 'with the authority')
    // The client waits for a listener that nobody has (seen with 1.14.1).
    const elsewhere = { authorities: { 'mesh.example.com': {} } }
    const client = connectProxyless(t, here, 'node-1', { bootstrap: elsewhere, target })
    await t.rejects(
      client.unary({}, { deadline: Date.now() + 2_000 }),
      { code: 4 },
      'the twin: a control plane without the authority',
    )
  },
)
