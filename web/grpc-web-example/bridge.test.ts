// The WebSocket bridge with a real gRPC server behind it, and a WebSocket of Node instead of a browser's.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { addService, type CallContext, RpcStatusError } from '../../services/rpc/index.ts'
import { CLOSE_CODES, startBridge } from './bridge.ts'

const PAGE = 'http://page.example'
const METHOD = `/${EchoService.typeName}/Bidirectional`

async function startAll(t: Test) {
  const contexts: CallContext[] = []
  const server = new Server()
  addService(server, EchoService, {
    async *bidirectional(requests, context) {
      contexts.push(context)
      for await (const { message, statusCode } of requests) {
        if (statusCode !== 0) throw new RpcStatusError(statusCode, message)
        yield { message }
      }
    },
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  const bridge = await startBridge({
    target: `127.0.0.1:${port}`,
    origins: [PAGE],
    metadata: ['x-tenant'],
  })
  t.teardown(async () => {
    await bridge.close()
    server.forceShutdown()
  })
  return { bridge, contexts }
}

const request = (message: string, statusCode = 0) =>
  toBinary(EchoRequestSchema, create(EchoRequestSchema, { message, statusCode }))

/** Opens a socket and collects what arrives. @throws Error with the HTTP status if it is refused */
async function open(url: string, origin = PAGE) {
  const socket = new WebSocket(url, { origin })
  const messages: string[] = []
  let next = Promise.withResolvers<void>()
  socket.on('message', (data: Buffer) => {
    messages.push(fromBinary(EchoResponseSchema, new Uint8Array(data)).message)
    next.resolve()
    next = Promise.withResolvers()
  })
  const closed = new Promise<readonly [number, string]>((resolve) =>
    socket.once('close', (code, reason) => resolve([code, reason.toString()])),
  )
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const untilHas = async (count: number) => {
    while (messages.length < count) await next.promise
  }
  return { socket, messages, closed, untilHas }
}

t.test('O3.6: messages go both ways in turns, and a text half-closes the call', async (t) => {
  const { bridge } = await startAll(t)
  const { socket, messages, closed, untilHas } = await open(`${bridge.url}${METHOD}`)
  for (const [index, message] of ['one', 'two'].entries()) {
    socket.send(request(message))
    await untilHas(index + 1)
  }
  socket.send('')
  t.strictSame(await closed, [CLOSE_CODES, 'OK'])
  t.strictSame(messages, ['one', 'two'])
})

t.test('O3.6: a status of the service is the code and the reason of the close', async (t) => {
  const { bridge } = await startAll(t)
  const { socket, closed } = await open(`${bridge.url}${METHOD}`)
  socket.send(request('no more', status.RESOURCE_EXHAUSTED))
  t.strictSame(await closed, [CLOSE_CODES + status.RESOURCE_EXHAUSTED, 'no more'])
})

t.test('O3.6: a reason that is too long for a close is cut', async (t) => {
  const { bridge } = await startAll(t)
  const { socket, closed } = await open(`${bridge.url}${METHOD}`)
  socket.send(request('ä'.repeat(200), status.ABORTED))
  const [code, reason] = await closed
  t.equal(code, CLOSE_CODES + status.ABORTED)
  t.match(reason, /^ä{61}$/)
})

t.test('O3.6: the service sees that a page closes its socket', async (t) => {
  const { bridge, contexts } = await startAll(t)
  const { socket, untilHas } = await open(`${bridge.url}${METHOD}`)
  socket.send(request('one'))
  await untilHas(1)
  const signal = contexts[0]?.signal
  const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve))
  socket.close()
  await aborted
  t.equal(signal?.aborted, true)
})

t.test('O3.6: pages of other origins get no socket, and no call', async (t) => {
  const { bridge, contexts } = await startAll(t)
  await t.rejects(open(`${bridge.url}${METHOD}`, 'http://evil.example'), { message: /403/ })
  t.equal(contexts.length, 0)
  const { socket, untilHas } = await open(`${bridge.url}${METHOD}`)
  socket.send(request('one'))
  await untilHas(1)
  t.equal(contexts.length, 1, 'its own page gets one')
})

t.test('O3.6: the query is metadata where that is allowed, and nothing else is', async (t) => {
  const { bridge, contexts } = await startAll(t)
  const { socket, untilHas } = await open(`${bridge.url}${METHOD}?x-tenant=a&authorization=Bearer%20x`)
  socket.send(request('one'))
  await untilHas(1)
  const { metadata } = contexts[0] ?? {}
  t.strictSame(metadata?.get('x-tenant'), ['a'])
  t.strictSame(metadata?.get('authorization'), [])
})
