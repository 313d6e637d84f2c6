// `healthCheck` with real calls: an endpoint that fails its checks by gRPC, HTTP or TCP gets no calls, although it would answer them.

import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEdge, tallyOf, untilHealth } from '../support/edge.ts'
import { PING, type Probe, type ProbedEndpoint, startProbedEndpoint } from '../support/probed-endpoint.ts'
import { requireTool } from '../support/requirements.ts'
import { untilCalls } from '../support/until-answered.ts'

const OFTEN = { enabled: true, interval: '20ms', timeout: '5s', unhealthy: 1 }
const CALLS = 20
const SHARED = { good: CALLS / 2, bad: CALLS / 2 }

/** Each way to ask, and what the endpoint sees of it. */
const WAYS: readonly [title: string, settings: object, seen: Partial<Probe>][] = [
  ['gRPC', {}, { protocol: 'http2', path: '/grpc.health.v1.Health/Check', authority: 'echo' }],
  ['gRPC with an authority', { authority: 'echo.local' }, { protocol: 'http2', authority: 'echo.local' }],
  [
    'HTTP',
    { http: { path: '/healthz?full=1', statuses: [204] } },
    { protocol: 'http2', path: '/healthz?full=1', authority: 'echo' },
  ],
  [
    'HTTP/1.1 with a host, headers and a range of statuses',
    {
      http: {
        path: '/ready',
        host: 'probe.local',
        codec: 'http1',
        statuses: ['300-399', '200-204'],
        headers: { 'x-probe': 'edge' },
      },
    },
    { protocol: 'http1', path: '/ready', authority: 'probe.local', headers: { 'x-probe': 'edge' } },
  ],
  ['TCP with bytes and an answer', { tcp: PING }, { protocol: 'tcp' }],
]

async function startPair(t: Test) {
  // 204, so that a check has to be told which statuses are good.
  const [good, bad] = [await startProbedEndpoint(t, 'good', 204), await startProbedEndpoint(t, 'bad', 204)]
  const endpoints = { good: { address: good.address }, bad: { address: bad.address } }
  const upstreams = (healthCheck: object) => ({ echo: { endpoints, healthCheck } })
  return { good, bad, upstreams }
}

for (const [title, settings, seen] of WAYS) {
  t.test(`T6: an endpoint that fails its checks by ${title} gets no calls until it is back`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { good, bad, upstreams } = await startPair(t)
    const edge = await startEdge(t, { upstreams: upstreams({ ...OFTEN, ...settings, enabled: false }) })
    const answers = async () => tallyOf(await callEcho(connectEcho(t, edge.address), { count: CALLS }))
    const untilAnswers = (wanted: object) => untilCalls(answers, (found) => isDeepStrictEqual(found, wanted))
    bad.setHealthy(false)
    t.same(await answers(), SHARED, 'the twin: without checks it gets its share')
    t.same(good.probes, [])

    await edge.serve({ upstreams: upstreams({ ...OFTEN, ...settings }) })
    await untilHealth(edge, bad.address, false)
    await untilHealth(edge, good.address, true)
    await untilAnswers({ good: CALLS })
    t.same(await answers(), { good: CALLS })
    t.match(good.probes.at(-1), seen)
    bad.setHealthy(true)
    await untilHealth(edge, bad.address, true)
    await untilAnswers(SHARED)
    t.same(await answers(), SHARED)
  })
}

t.test('T6: an answer with another status than those of `statuses` is a failed check', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { good, upstreams } = await startPair(t)
  const edge = await startEdge(t, { upstreams: upstreams({ ...OFTEN, http: { path: '/' } }) })
  await untilHealth(edge, good.address, false)
  await edge.serve({ upstreams: upstreams({ ...OFTEN, http: { path: '/', statuses: [204] } }) })
  await untilHealth(edge, good.address, true)
  t.pass('only 200 is good by default')
})

t.test('T6: a check of a server with HTTP/1.1 alone asks in its protocol', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoint = await startProbedEndpoint(t, 'keys')
  const endpoints = { keys: { address: endpoint.address } }
  const healthCheck = { ...OFTEN, http: { path: '/keys' } }
  const edge = await startEdge(t, { upstreams: { keys: { endpoints, protocol: 'http1', healthCheck } } })
  await untilHealth(edge, endpoint.address, true)
  t.match(endpoint.probes[0], { protocol: 'http1', path: '/keys' })
})

t.test('T6: with `reuseConnection: false`, each check has a connection of its own', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { good, upstreams } = await startPair(t)
  const connectionsOf = async (endpoint: ProbedEndpoint) => {
    const begin = endpoint.probes.length
    await endpoint.further(10)
    return new Set(endpoint.probes.slice(begin, begin + 10).map(({ connection }) => connection)).size
  }
  const edge = await startEdge(t, { upstreams: upstreams(OFTEN) })
  t.equal(await connectionsOf(good), 1, 'the twin')
  await edge.serve({ upstreams: upstreams({ ...OFTEN, reuseConnection: false }) })
  t.equal(await connectionsOf(good), 10)
})
