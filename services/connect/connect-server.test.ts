// The echo service by connect: the same handlers, statuses and trailers as over grpc-js, and CORS for the origins it was given.

import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-node'
import { ErrorInfoSchema } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import { echoService } from '../echo.ts'
import { type CallContext, type Implementation, RpcStatusError } from '../rpc/index.ts'
import { startConnectServer } from './connect-server.ts'
import { addConnectService } from './connect-service.ts'

async function start(
  t: Test,
  more: Partial<Implementation<typeof EchoService>> = {},
  origins: string[] = [],
) {
  const server = await startConnectServer({
    routes: (router) => addConnectService(router, EchoService, { ...echoService('b1'), ...more }),
    origins,
  })
  t.teardown(() => server.close())
  const transport = createGrpcWebTransport({ baseUrl: `http://${server.address}`, httpVersion: '1.1' })
  return { url: `http://${server.address}`, client: createClient(EchoService, transport) }
}

t.test('O3.1: calls of gRPC-Web reach the handlers of the gRPC adapter', async (t) => {
  const { client } = await start(t)
  t.match(await client.unary({ message: 'hello' }), {
    message: 'hello',
    backendId: 'b1',
    peer: /^127\.0\.0\.1:/,
  })
  const sequence = []
  for await (const answer of client.serverStream({ count: 3 })) sequence.push(answer.sequence)
  t.strictSame(sequence, [0, 1, 2])
})

t.test('O3.1: a handler gets metadata, binary too, and the deadline', async (t) => {
  let seen: CallContext | undefined
  const { client } = await start(t, {
    async unary(_request, context) {
      seen = context
      return {}
    },
  })
  const before = Date.now()
  await client.unary({}, { headers: { 'x-text': 'a', 'x-data-bin': 'AAEC' }, timeoutMs: 60_000 })
  t.strictSame(seen?.metadata.get('x-text'), ['a'])
  t.strictSame(seen?.metadata.get('x-data-bin'), [Buffer.from([0, 1, 2])])
  const left = (seen?.deadline?.getTime() ?? 0) - before
  t.ok(left > 0 && left <= 120_000, `${left} ms`)
})

t.test('O3.1: a status keeps its code, message, trailers and details', async (t) => {
  const info = { reason: 'QUOTA', domain: 'echo', metadata: {} }
  const details = toBinary(
    StatusSchema,
    create(StatusSchema, { details: [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, info))] }),
  )
  const metadata = new Metadata()
  metadata.set('x-hint', 'later')
  metadata.set('grpc-status-details-bin', Buffer.from(details))
  const { client } = await start(t, {
    unary: async () => {
      throw new RpcStatusError(status.RESOURCE_EXHAUSTED, 'too many', { metadata })
    },
  })
  const error = ConnectError.from(await client.unary({}).catch((thrown: unknown) => thrown))
  t.match(error, { code: Code.ResourceExhausted, rawMessage: 'too many' })
  t.equal(error.metadata.get('x-hint'), 'later')
  t.match(error.findDetails(ErrorInfoSchema), [info])
})

t.test(
  'O3.1: what is no status tells nothing, and a method without a handler is unimplemented',
  async (t) => {
    const { client } = await start(t, {
      unary: async () => {
        throw new Error('a secret')
      },
      serverStream: undefined as never,
    })
    await t.rejects(client.unary({}), { code: Code.Internal, rawMessage: 'internal error' })
    await t.rejects(client.serverStream({})[Symbol.asyncIterator]().next(), { code: Code.Unimplemented })
  },
)

t.test('O3.1: a deadline that passes is the status, whatever the handler throws then', async (t) => {
  const { url } = await start(t)
  const message = Buffer.from(
    toBinary(EchoRequestSchema, create(EchoRequestSchema, { delay: { seconds: 60n } })),
  )
  // Without a deadline of its own, as a client would have one.
  const response = await fetch(`${url}/${EchoService.typeName}/Unary`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto', 'grpc-timeout': '50m' },
    body: toGrpcFrame(message),
  })
  t.match(Buffer.from(await response.arrayBuffer()).toString(), `grpc-status: ${Code.DeadlineExceeded}`)
})

t.test('O3.1: only pages of its origins get CORS headers', async (t) => {
  const { url } = await start(t, {}, ['http://app.example'])
  const preflight = async (origin: string) => {
    const { status, headers } = await fetch(`${url}/${EchoService.typeName}/Unary`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    return { status, origin: headers.get('access-control-allow-origin') }
  }
  t.strictSame(await preflight('http://app.example'), { status: 204, origin: 'http://app.example' })
  t.strictSame(await preflight('http://evil.example'), { status: 204, origin: null })
})
