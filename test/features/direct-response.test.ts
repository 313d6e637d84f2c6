// `directResponse` and `redirect` with real calls: Envoy answers, each caller in its own protocol, and no service sees the call.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'
import { connectEcho, startEdge } from '../support/edge.ts'
import { UNARY } from '../support/match-cases.ts'
import { requireTool } from '../support/requirements.ts'
import { callWhole, startWitness } from '../support/witness.ts'

const to = { echo: 1 }

t.test('T21: calls end with each status of gRPC and its message, and reach no service', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, seen } = await startWitness(t)
  const upstreams = { echo: { endpoints: { b1: { address } } } }
  const names = GRPC_STATUS_NAMES.slice(1)
  const message = '100 % closed: über Nacht'
  const routesWith = (enabled: boolean) =>
    Object.fromEntries(
      names.map((name) => {
        const directResponse = { enabled, status: name, message }
        return [name, { hosts: [name.toLowerCase()], rules: { all: { match: {}, to, directResponse } } }]
      }),
    )
  const edge = await startEdge(t, { upstreams, routes: routesWith(true) })
  for (const name of names) {
    const call = connectEcho(t, edge.address, name.toLowerCase()).unary({ message: 'x' })
    await t.rejects(call, { code: status[name], message }, name)
  }
  t.equal(seen.length, 0)

  await edge.serve({ upstreams, routes: routesWith(false) })
  await connectEcho(t, edge.address, 'unavailable').unary({ message: 'x' })
  t.equal(seen.length, 1, 'the twin: while it is off, the service gets the call')
})

t.test(
  'T21: a stream ends with the status, and an HTTP client gets the HTTP status and a body',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { address } = await startWitness(t)
    const directResponse = { enabled: true, status: 'RESOURCE_EXHAUSTED', message: 'later' }
    const edge = await startEdge(t, {
      upstreams: { echo: { endpoints: { b1: { address } } } },
      // It needs no upstream.
      rules: { all: { match: {}, directResponse, responseHeaders: { set: { 'x-why': 'maintenance' } } } },
    })
    const stream = connectEcho(t, edge.address).serverStream({ count: 3 })
    await t.rejects(stream.next(), { code: status.RESOURCE_EXHAUSTED, message: 'later' })

    const grpc = await callWhole(edge.address, UNARY)
    t.match(grpc.headers, {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': '8',
      'x-why': 'maintenance',
    })
    const http = await callWhole(edge.address, '/page', { 'content-type': 'text/plain' })
    t.match(http, { headers: { ':status': 429, 'content-type': 'text/plain' }, body: 'later' })
  },
)

t.test('T21: a browser gets the status as a message of gRPC-Web', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startWitness(t)
  const directResponse = { enabled: true, status: 'ABORTED', message: 'later' }
  const edge = await startEdge(t, {
    upstreams: { echo: { endpoints: { b1: { address } } } },
    rules: { all: { match: {}, directResponse } },
    fleet: { filters: { grpcWeb: { enabled: true } } },
  })
  const answer = await callWhole(edge.address, UNARY, { 'content-type': 'application/grpc-web+proto' })
  const status = { 'grpc-status': '10', 'grpc-message': 'later' }
  t.match(answer.headers, { ':status': 200, 'content-type': 'application/grpc-web+proto', ...status })
})

t.test('T21: a redirect leads HTTP clients to the new address', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, seen } = await startWitness(t)
  const edge = await startEdge(t, {
    upstreams: { echo: { endpoints: { b1: { address } } } },
    rules: {
      docs: {
        match: { prefix: '/docs/v1/' },
        redirect: {
          enabled: true,
          https: true,
          host: 'shop.example.com',
          port: 8443,
          prefix: '/docs/v2/',
          code: 308,
        },
      },
      home: { match: { path: '/' }, redirect: { enabled: true, path: '/start?from=home' } },
      off: { match: { path: '/off' }, to, redirect: { enabled: false, path: '/on' } },
      all: { match: {}, to },
    },
  })
  const answerTo = async (path: string) => {
    const { headers } = await callWhole(edge.address, path, {
      ':method': 'GET',
      ':authority': 'edge.local',
      'content-type': 'text/html',
    })
    return { status: headers[':status'], location: headers.location }
  }
  t.same(await answerTo('/docs/v1/a?q=1'), {
    status: 308,
    location: 'https://shop.example.com:8443/docs/v2/a?q=1',
  })
  t.same(await answerTo('/'), { status: 307, location: 'http://edge.local/start?from=home' })
  t.equal(seen.length, 0)
  t.same(await answerTo('/off'), { status: 200, location: undefined }, 'the twin: while it is off')
  t.equal(seen.length, 1)
})

t.test('T21: a caller whom the checks deny does not learn the answer', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startWitness(t)
  const served = (headers: object) => ({
    upstreams: { echo: { endpoints: { b1: { address } } } },
    rules: { all: { match: {}, directResponse: { enabled: true, status: 'ABORTED' } } },
    fleet: { security: { rbac: { enabled: true, rules: { blue: { headers } } } } },
  })
  const edge = await startEdge(t, served({ 'x-tenant': 'blue' }))
  const statusOf = async (tenant: string) =>
    (await callWhole(edge.address, UNARY, { 'x-tenant': tenant })).headers['grpc-status']
  t.equal(await statusOf('green'), String(status.PERMISSION_DENIED))
  t.equal(await statusOf('blue'), String(status.ABORTED), 'the accepted twin')
})
