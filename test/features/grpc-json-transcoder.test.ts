// `filters.grpcJsonTranscoder` with real calls: JSON both ways, its errors and its limits, and the checks of gRPC for both doors.

import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { descriptorSetOf } from '../support/descriptor-set-of.ts'
import { echoDescriptors } from '../support/echo-descriptors.ts'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { fetchOnce } from '../support/fetch-once.ts'
import { requireTool } from '../support/requirements.ts'
import { PUT, startSecuredEdge } from '../support/secured-edge.ts'

const SERVICE = 'switchyard.echo.v1.EchoService'
const FILES = new Map([
  ['echo.binpb', echoDescriptors()],
  ['kv.binpb', descriptorSetOf(KeyValueService)],
])
const TRANSCODER = { enabled: true, descriptors: 'echo.binpb', services: [SERVICE] }

const post = (body: object | string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

/** An edge with one backend and the switch on, and calls of its address. */
async function startJsonEdge(t: Test) {
  const endpoints = await startEndpoints(t, 'b1')
  const served = (settings: object = {}, more: object = {}) => ({
    upstreams: { echo: { endpoints } },
    files: FILES,
    listener: { http1: true },
    fleet: { filters: { grpcJsonTranscoder: { ...TRANSCODER, ...settings } } },
    ...more,
  })
  const edge = await startEdge(t, served())
  const call = (path: string, init?: RequestInit) => fetchOnce(`http://${edge.address}${path}`, init)
  const serve = (settings: object, more?: object) => edge.serve(served(settings, more))
  return { address: edge.address, call, serve }
}

t.test('T24: JSON reaches a gRPC method and comes back, and without the switch it is refused', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, call, serve } = await startJsonEdge(t)
  t.match(
    await call('/v1/echo/hello?payloadSize=3'),
    { http: 200, type: 'application/json', json: { message: 'hello', backendId: 'b1', payload: 'AAAA' } },
    'fields from the path and the query',
  )
  t.match(await call('/v1/echo', post({ message: 'hello', payloadSize: 3 })), {
    http: 200,
    json: { message: 'hello', payload: 'AAAA' },
  })
  t.match(
    await call('/v1/echo/hello?statusCode=5&statusMessage=gone'),
    { http: 404, type: 'application/json', json: { code: status.NOT_FOUND, message: 'gone' } },
    'NOT_FOUND is 404',
  )
  t.match(await connectEcho(t, address).unary({ message: 'native' }), { message: 'native', backendId: 'b1' })

  await serve({ enabled: false })
  t.match(await call('/v1/echo/hello'), { http: 415, text: '' }, 'off: the backend gets no gRPC')
  t.match(await call('/v1/echo', post({ message: 'hello' })), { http: 415, text: '' })
})

t.test('T24: a stream is an array, or a line for each message', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { call, serve } = await startJsonEdge(t)
  const messages = [{ message: 'a' }, { message: 'a', sequence: 1 }]
  t.match(await call('/v1/echo/a/stream?count=2'), { http: 200, json: messages })
  t.match(
    await call('/v1/echo/a/stream?count=2&statusCode=9'),
    { http: 200, json: messages },
    'a status after the first message is lost',
  )
  await serve({ printOptions: { streamNewlineDelimited: true } })
  const { http, text } = await call('/v1/echo/a/stream?count=2')
  t.equal(http, 200)
  t.match(text.trimEnd().split('\n').map(parse), messages)
})

const parse = (line: string): unknown => JSON.parse(line)

t.test('T24: the form of the JSON can be chosen', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { call, serve } = await startJsonEdge(t)
  t.same((await call('/v1/echo/a')).json, { message: 'a', backendId: 'b1' })
  await serve({ printOptions: { alwaysPrintPrimitiveFields: true, preserveProtoFieldNames: true } })
  t.same((await call('/v1/echo/a')).json, { message: 'a', backend_id: 'b1', sequence: 0, payload: '' })
  await serve({ printOptions: { addWhitespace: true } })
  t.match((await call('/v1/echo/a')).text, /^\{\n/)
  await serve({ convertGrpcStatus: false })
  t.match(await call('/v1/echo/a?statusCode=5'), { http: 404, text: '' }, 'an error without a body')
})

t.test('T24: requests that fit no method are denied where they would be read in two ways', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, call, serve } = await startJsonEdge(t)
  const put = (body: object) => ({ ...post(body), method: 'PUT' })
  t.match(await call('/v1/echo/a?nope=1'), { http: 400, text: /field "nope"/ })
  t.match(await call('/v1/echo/a', put({ payloadSize: 1 })), { http: 200, json: { message: 'a' } })
  t.match(await call('/v1/echo/a', put({ message: 'b' })), { http: 400 }, 'a field in path and body')
  t.match(await call('/v1/echo', post('{')), { http: 400 })
  t.match(await call('/nope'), { http: 415 }, 'no method: it goes on as it is')

  await serve({
    ignoredQueryParameters: ['nope'],
    maxRequestBodySize: 16,
    requestValidation: { rejectUnknownMethod: true, rejectBindingBodyFieldCollisions: false },
  })
  t.match(await call('/v1/echo/a?nope=1'), { http: 200 })
  t.match(await call('/v1/echo/a?other=1'), { http: 400 })
  t.match(await call('/v1/echo/a', put({ message: 'b' })), { http: 200 })
  t.match(await call('/nope'), { http: 404, text: /not resolve \/nope/ })
  t.match(await call('/v1/echo', post({ message: 'longer than that' })), { http: 413 })
  t.match(await connectEcho(t, address).unary({ message: 'native, and longer than that' }), {
    backendId: 'b1',
  })

  await serve({ ignoreUnknownQueryParameters: true, maxResponseBodySize: 16 })
  t.match(await call('/v1/echo/a?other=1', { method: 'GET' }), { http: 500, text: /internal buffer/ })
  await serve({ ignoreUnknownQueryParameters: true })
  t.match(await call('/v1/echo/a?other=1'), { http: 200 })
})

t.test('T24: a rule may have gRPC only, and one by service gets JSON calls of its service', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { call, serve } = await startJsonEdge(t)
  const to = { echo: 1 }
  const rest = { match: {}, to }
  const filters = { grpcJsonTranscoder: { enabled: false } }
  await serve({}, { rules: { native: { match: { prefix: '/v1/echo/native' }, to, filters }, rest } })
  t.match(await call('/v1/echo/native'), { http: 415 })
  t.match(await call('/v1/echo/both'), { http: 200 })
  await serve({}, { rules: { only: { match: { service: SERVICE, method: 'Unary' }, to } } })
  t.match(await call('/v1/echo/a'), { http: 200 }, 'the rule is found by the gRPC method')
  t.match(await call('/v1/echo/a/stream'), { http: 404 })
})

t.test(
  'T23, T24: a page of an allowed origin may call by JSON, with the HTTP methods that it needs',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { call, serve } = await startJsonEdge(t)
    const page = 'http://app.example'
    const to = { echo: 1 }
    const served = (cors: object, rules: object = { all: { match: {}, to } }) =>
      serve(
        {},
        {
          rules,
          fleet: {
            filters: { grpcJsonTranscoder: TRANSCODER, cors: { enabled: true, origins: [page], ...cors } },
          },
        },
      )
    const ask = async () => {
      const headers = { origin: page, 'access-control-request-method': 'PUT' }
      return (await call('/v1/echo/a', { method: 'OPTIONS', headers })).allowed
    }
    await served({})
    t.match(await ask(), { methods: 'POST' })
    const answer = await call('/v1/echo/a', { headers: { origin: page } })
    t.match(answer, { http: 200, allowed: { origin: page } })
    await served({ methods: ['GET', 'PUT'] })
    t.match(await ask(), { methods: 'GET, PUT' })
    await served({}, { echo: { match: { service: SERVICE }, to } })
    t.match(await ask(), { methods: null }, 'CORS goes by the rule of the HTTP path, which is missing')
    t.match(await call('/v1/echo/a', { headers: { origin: page } }), { http: 200 })
  },
)

t.test('T24: methods without annotations are called by JSON only with autoMapping', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const secured = (grpcJsonTranscoder: object) => ({ files: FILES, filters: { grpcJsonTranscoder } })
  const both = { enabled: true, descriptors: 'kv.binpb', services: [KeyValueService.typeName] }
  const edge = await startSecuredEdge(t, secured({ ...both, autoMapping: true }))
  const body = post({ key: 'k', value: 'AAAA' })
  const url = `http://${edge.address}${PUT}`
  t.match(await fetchOnce(url, body), { http: 200, json: { entry: { key: 'k', value: 'AAAA' } } })
  await edge.serve(secured({ ...both, autoMapping: false }))
  t.match(await fetchOnce(url, body), { http: 415 })
})

t.test('T24: tokens, policies and rules of access see the gRPC method of a JSON call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const security = {
    jwt: { enabled: true, anyOf: ['main'] },
    rbac: { enabled: true, rules: { streams: { methods: [`${SERVICE}/ServerStream`] } } },
  }
  const filters = { grpcJsonTranscoder: TRANSCODER }
  const edge = await startSecuredEdge(t, { files: FILES, filters, security })
  const authorization = `Bearer ${await edge.token()}`
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetchOnce(`http://${edge.address}${path}`, { headers })
  const [unary, stream] = ['/v1/echo/a', '/v1/echo/a/stream']

  t.match(await get(stream), { http: 401 }, 'no token')
  t.match(await get(unary, { authorization }), { http: 403, text: 'RBAC: access denied' }, 'denied by JSON')
  t.match(
    await edge.call({ headers: { authorization } }),
    { status: status.PERMISSION_DENIED },
    'and by gRPC',
  )
  t.equal(edge.seen.length, 0, 'nothing came through')
  t.match(await get(stream, { authorization }), { http: 200, json: [{ message: 'a' }] }, 'the allowed twin')

  await edge.serve({
    files: FILES,
    filters,
    security: { ...security, rbac: { ...security.rbac, enabled: false } },
  })
  t.match(await get(unary, { authorization, 'x-user': 'mallory' }), { http: 200 })
  t.equal(edge.seen.at(-1)?.metadata.get('x-user').join(), 'alice', 'headers of the checks stay their own')
})
