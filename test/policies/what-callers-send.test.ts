// What a caller sends beside an honest call: trailers, HTTP/1.1, tokens in queries, tokens that ended a moment ago.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startEdge } from '../support/edge.ts'
import { editFilterChains, withoutFilter } from '../support/edit-filter-chains.ts'
import { connectRaw } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'
import { AUDIENCE, startSecuredEdge, UNARY } from '../support/secured-edge.ts'

interface Request {
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders
}

/** A gRPC server that answers when it has the whole request, and keeps it. */
async function startRecorder(t: Test) {
  const seen: Request[] = []
  const server = createServer()
  server.on('stream', (stream, headers) => {
    let trailers: IncomingHttpHeaders = {}
    stream.on('trailers', (received) => {
      trailers = received
    })
    stream.on('error', () => {})
    stream.resume().once('end', () => {
      seen.push({ headers, trailers })
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' })
      stream.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { seen, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

t.test('S64: no trailers and no x-envoy- headers of callers reach a service', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { seen, address } = await startRecorder(t)
  const upstreams = { echo: { endpoints: { b1: { address } } } }
  const faults = { filters: { fault: { enabled: true, abort: { status: 'from-header' } } } }
  const edge = await startEdge(t, { upstreams })
  const sent = {
    path: UNARY,
    headers: { 'x-envoy-mine': '1', 'x-envoy-fault-delay-request': '1', 'x-mine': '1' },
    trailers: { 'x-user': 'root', 'x-proof-bin': '!!!', 'x-envoy-late': '1', 'x-late': '1' },
  }
  const send = async () => {
    const { status: answer } = await connectRaw(t, edge.address).call(sent)
    const { headers = {}, trailers = {} } = seen.at(-1) ?? {}
    const envoys = Object.keys(headers).filter((name) => name.startsWith('x-envoy-'))
    return { answer, mine: headers['x-mine'], envoys, trailers: Object.keys(trailers) }
  }
  const own = ['x-envoy-expected-rq-timeout-ms', 'x-envoy-external-address']
  const clean = { answer: status.OK, mine: '1', trailers: [] }
  t.match(await send(), clean)
  t.strictSame(
    (await send()).envoys.filter((name) => !own.includes(name)),
    [],
  )

  await edge.serve({ upstreams, fleet: faults })
  const { envoys } = await send()
  t.strictSame(
    envoys.filter((name) => !own.includes(name)),
    [],
    'with a filter that reads such headers',
  )
  const asked = { ...sent, headers: { 'x-envoy-fault-abort-grpc-request': '5' } }
  t.equal(
    (await connectRaw(t, edge.address).call(asked)).status,
    status.NOT_FOUND,
    'twin: it still reads them',
  )

  await edge.serve({ upstreams, edit: editFilterChains(withoutFilter('header_mutation')) })
  t.strictSame((await send()).trailers, Object.keys(sent.trailers), 'without the filter, trailers reach it')
})

/** The answer to bytes on a connection of their own, until the peer ends it; empty if it ends it without one. */
async function send(address: string, bytes: string): Promise<string> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  // The peer may reset the connection instead of ending it.
  socket.on('error', () => {})
  socket.write(bytes, 'latin1')
  return (await buffer(socket).catch(() => Buffer.alloc(0))).toString('latin1')
}

t.test('S75: a gRPC listener closes connections of HTTP/1.1, unless it says http1: true', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { seen, address } = await startRecorder(t)
  const upstreams = { echo: { endpoints: { b1: { address } } } }
  const edge = await startEdge(t, { upstreams })
  const head = `POST ${UNARY} HTTP/1.1\r\nhost: edge\r\nconnection: close\r\ncontent-type: application/grpc\r\n`
  const chunked = 'transfer-encoding: chunked\r\n'
  const honest = `${head}content-length: 5\r\n\r\n\0\0\0\0\0`
  const smuggled = `${head}content-length: 5\r\n${chunked}\r\n0\r\n\r\nPOST /x HTTP/1.1\r\n\r\n`
  const ambiguous = {
    'content-length and transfer-encoding': smuggled,
    'two lengths': `${head}content-length: 5\r\ncontent-length: 6\r\n\r\n\0\0\0\0\0\0`,
    'transfer-encoding twice': `${head}${chunked}transfer-encoding: identity\r\n\r\n0\r\n\r\n`,
    'a space before the colon': `${head}content-length : 5\r\n\r\n\0\0\0\0\0`,
  }
  const requests = {
    honest,
    ...ambiguous,
    'bare LF': honest.replaceAll('\r\n', '\n'),
    'HTTP/1.0': honest.replace('HTTP/1.1', 'HTTP/1.0'),
    'an upgrade to HTTP/2': honest.replace(
      'connection: close',
      'connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__',
    ),
  }
  /** All at once: Envoy waits a second before it closes a connection that it ends. */
  const answersTo = async (all: Readonly<Record<string, string>>) =>
    await Promise.all(
      Object.entries(all).map(async ([title, bytes]) => [title, await send(edge.address, bytes)] as const),
    )
  for (const [title, answer] of await answersTo(requests)) {
    t.notMatch(answer, /HTTP\/1/, `${title}: closed without an answer`)
  }
  t.equal(seen.length, 0, 'none reached the service')
  t.equal((await connectRaw(t, edge.address).call({ path: UNARY })).status, status.OK, 'twin: HTTP/2')

  await edge.serve({ upstreams, listener: { http1: true } })
  t.match(await send(edge.address, honest), /^HTTP\/1\.1 200/, 'twin: with http1: true')
  const before = seen.length
  for (const [title, answer] of await answersTo(ambiguous)) {
    t.match(answer, /^HTTP\/1\.1 (400|501)/, `${title}: rejected also with http1: true`)
  }
  t.equal(seen.length, before, 'none reached the service')
  t.equal(
    (await connectRaw(t, edge.address).call({ path: UNARY })).status,
    status.OK,
    'twin: HTTP/2 beside it',
  )
})

t.test('S60: with clockSkew 0s, a token that ended 3 s ago is denied', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startSecuredEdge(t)
  const { issuer, keySet } = edge.issuers.device
  const provider = (more: object) => ({
    document: { jwt: { device: { issuer, audiences: [AUDIENCE], jwks: { inline: keySet }, ...more } } },
    security: { jwt: { enabled: true, anyOf: ['device'] } },
  })
  const statusOf = async (lifetime: number) => {
    const token = await edge.issuers.device.sign({ subject: 'alice', audience: AUDIENCE, lifetime })
    return (await edge.call({ headers: { authorization: `Bearer ${token}` } })).status
  }
  await edge.serve(provider({ clockSkew: '0s' }))
  t.equal(await statusOf(-3), status.UNAUTHENTICATED)
  t.equal(await statusOf(600), status.OK, 'twin: a valid token')
  await edge.serve(provider({}))
  t.equal(await statusOf(-3), status.OK, 'twin: with the default of 30 s')

  await t.test(
    'S74: a token in the query counts only where the document says so, and never for gRPC',
    async (t) => {
      const token = await edge.issuers.device.sign({ subject: 'alice', audience: AUDIENCE, lifetime: 600 })
      const path = `${UNARY}?access_token=${token}`
      const plain = { path, headers: { 'content-type': 'application/json' } }
      const NOT_GRPC = 415
      await edge.serve(provider({}))
      t.equal((await edge.call({ path })).status, status.INTERNAL)
      const raw = connectRaw(t, edge.address)
      t.equal((await raw.call(plain)).httpStatus, 401, 'a request that is not gRPC')
      await edge.serve(provider({ tokenInQuery: true }))
      raw.hangUp()
      t.equal((await raw.call(plain)).httpStatus, NOT_GRPC, 'twin: the service gets it')
      t.equal((await edge.call({ path })).status, status.INTERNAL, 'a call of gRPC')
    },
  )
})
