// `lb.overrideHost` with real calls: a header or a claim of a token names the endpoint, and else the policy picks.

import t from 'tap'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { startDead } from '../support/dead-endpoint.ts'
import { connectEcho, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 30
const HEADER = 'x-endpoint'

for (const policy of ['round_robin', 'ring_hash']) {
  t.test(`T1: a header names the endpoint of a call, and ${policy} picks for the others`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1', 'b2', 'b3')
    const served = (enabled: boolean) => ({
      upstreams: { echo: { endpoints } },
      lb: { policy, overrideHost: { enabled, header: HEADER } },
    })
    const edge = await startEdge(t, served(true))
    const client = connectEcho(t, edge.address)
    const callsTo = async (value?: string) => {
      const headers = (index: number) => ({ 'x-user': `${index}`, ...(value && { [HEADER]: value }) })
      return tallyOf(await callEcho(client, { count: CALLS, headers }))
    }
    t.same(await callsTo(endpoints.b2?.address), { b2: CALLS })
    t.same(await callsTo(`127.0.0.1:1,${endpoints.b3?.address}`), { b3: CALLS }, 'the first that it has')
    t.same(Object.keys(await callsTo('127.0.0.1:1')).length, 3, 'none that it has')
    t.same(Object.keys(await callsTo()).length, 3, 'no header')
    await edge.serve(served(false))
    t.same(Object.keys(await callsTo(endpoints.b2?.address)).length, 3, 'the twin')
  })
}

t.test('T1: a retry goes to the next endpoint that the header names', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const dead = await startDead(t)
  const endpoints = { b1, b2, dead: { address: dead } }
  const served = (attempts: number) => ({
    upstreams: { echo: { endpoints } },
    lb: { overrideHost: { enabled: true, header: HEADER } },
    rules: {
      all: {
        match: {},
        to: { echo: 1 },
        retry: { enabled: true, attempts, on: ['reset', 'connect-failure'] },
      },
    },
  })
  const edge = await startEdge(t, served(1))
  const headers = () => ({ [HEADER]: `${dead},${b2?.address}` })
  const client = connectEcho(t, edge.address)
  t.same(tallyOf(await callEcho(client, { count: CALLS, headers })), { b2: CALLS })
  await edge.serve({
    ...served(1),
    rules: { all: { match: {}, to: { echo: 1 }, retry: { enabled: false } } },
  })
  t.same(tallyOf(await callEcho(client, { count: CALLS, headers })), { [FAILED]: CALLS }, 'the twin')
})

t.test('T1: a claim of a token names the endpoint of a call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1', 'b2', 'b3')
  const issuer = await TokenIssuer.create('https://issuer.test', 'ES256')
  const main = { issuer: issuer.issuer, audiences: ['echo'], jwks: { inline: issuer.keySet } }
  const metadata = { filter: 'envoy.filters.http.jwt_authn', path: ['main', 'endpoint'] }
  const served = (enabled: boolean) => ({
    upstreams: { echo: { endpoints } },
    jwt: { main },
    lb: { overrideHost: { enabled, metadata } },
    fleet: { security: { jwt: { enabled: true, anyOf: ['main'] } } },
  })
  const edge = await startEdge(t, served(true))
  const client = connectEcho(t, edge.address)
  const claims = { endpoint: endpoints.b3?.address ?? '' }
  const token = await issuer.sign({ subject: 'alice', audience: 'echo', lifetime: 600, claims })
  const headers = () => ({ authorization: `Bearer ${token}` })
  t.same(tallyOf(await callEcho(client, { count: CALLS, headers })), { b3: CALLS })
  await edge.serve(served(false))
  const even = { b1: CALLS / 3, b2: CALLS / 3, b3: CALLS / 3 }
  t.same(tallyOf(await callEcho(client, { count: CALLS, headers })), even, 'the twin: round robin')
})
