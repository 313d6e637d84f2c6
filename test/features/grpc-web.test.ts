// `filters.grpcWeb` with real calls: off, a page gets an answer that has no status; on, the status is where a page can read it.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'
import { callWebEcho } from '../support/web-echo.ts'

const MODES = ['binary', 'text'] as const
const BIN_DETAILS = 'too large'

t.test(
  'T23: calls of gRPC-Web end with a status in the body, and off with none that a page sees',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1')
    const served = (enabled: boolean) => ({
      upstreams: { echo: { endpoints } },
      listener: { http1: true },
      fleet: { filters: { grpcWeb: { enabled } } },
    })
    const edge = await startEdge(t, served(false))
    t.match(
      await callWebEcho(edge, { message: 'hello' }),
      { contentType: 'application/grpc+proto', messages: { length: 1 }, statusIn: 'none', status: undefined },
      'off: HTTP/1.1 has lost the trailers',
    )
    t.match(
      await callWebEcho(edge, { message: 'hello' }, { mode: 'text' }),
      {
        messages: { length: 0 },
        status: status.RESOURCE_EXHAUSTED,
        message: /Received message larger than max/,
      },
      'off: the server takes the letters of base64 for a length',
    )

    await edge.serve(served(true))
    for (const mode of MODES) {
      const contentType = new RegExp(`^application/grpc-web${mode === 'text' ? '-text' : ''}\\+proto$`)
      t.match(
        await callWebEcho(edge, { message: 'hello' }, { mode }),
        { http: 200, contentType, messages: { length: 1 }, statusIn: 'trailers', status: status.OK },
        `a unary call, ${mode}`,
      )
      t.match(
        await callWebEcho(edge, { count: 3 }, { mode, method: 'ServerStream' }),
        { contentType, messages: { length: 3 }, statusIn: 'trailers', status: status.OK },
        `a server stream, ${mode}`,
      )
      const failing = { statusCode: status.FAILED_PRECONDITION, statusMessage: BIN_DETAILS }
      t.match(
        await callWebEcho(edge, { count: 2, ...failing }, { mode, method: 'ServerStream' }),
        { messages: { length: 2 }, statusIn: 'trailers', status: failing.statusCode, message: BIN_DETAILS },
        `a server stream that fails, ${mode}`,
      )
      t.match(
        await callWebEcho(edge, failing, { mode }),
        { http: 200, contentType, statusIn: 'headers', status: failing.statusCode, message: BIN_DETAILS },
        `a call that fails at once, ${mode}`,
      )
    }
    const { value: answer } = await connectEcho(t, edge.address).serverStream({ message: 'native' }).next()
    t.match(answer, { message: 'native', backendId: 'b1' }, 'calls of gRPC pass as before')
  },
)

t.test('T23: a rule may have gRPC only', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const to = { echo: 1 }
  const rule = (enabled: boolean) => ({
    match: { headers: { 'x-rule': String(enabled) } },
    to,
    filters: { grpcWeb: { enabled } },
  })
  const edge = await startEdge(t, {
    upstreams: { echo: { endpoints } },
    rules: { native: rule(false), both: rule(true), rest: { match: {}, to } },
    fleet: { filters: { grpcWeb: { enabled: true } } },
  })
  const statusIn = async (headers: Readonly<Record<string, string>>) =>
    (await callWebEcho(edge, { message: 'which?' }, { headers })).statusIn
  t.equal(await statusIn({ 'x-rule': 'false' }), 'none')
  t.equal(await statusIn({ 'x-rule': 'true' }), 'trailers')
  t.equal(await statusIn({}), 'trailers')
})

t.test(
  'T23: a denial of a filter reaches a page as a gRPC status, if gRPC-Web is before that filter',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const secured = (grpcWeb: boolean) => ({
      security: { jwt: { enabled: true, anyOf: ['main'] } },
      filters: { grpcWeb: { enabled: grpcWeb } },
      listener: { http1: true },
    })
    const edge = await startSecuredEdge(t, secured(true))
    t.match(await callWebEcho(edge, { message: 'who?' }), {
      http: 401,
      contentType: 'application/grpc-web+proto',
      status: status.UNAUTHENTICATED,
      message: 'Jwt is missing',
    })
    const authorization = `Bearer ${await edge.token()}`
    t.match(await callWebEcho(edge, { message: 'who?' }, { headers: { authorization } }), {
      status: status.OK,
      statusIn: 'trailers',
    })
    t.equal((await edge.call({})).status, status.UNAUTHENTICATED, 'a call of gRPC is denied as before')

    await edge.serve(secured(false))
    t.match(await callWebEcho(edge, { message: 'who?' }), {
      http: 401,
      contentType: 'text/plain',
      statusIn: 'none',
    })
  },
)
