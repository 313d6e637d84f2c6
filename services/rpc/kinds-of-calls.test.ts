// Calls of the four kinds, from the client's functions to the server's handlers and back.
import { isMessage } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, Server } from '@grpc/grpc-js'
import t from 'tap'
import { collect, echoPair } from '../../test/support/echo-pair.ts'
import type { CallContext } from './index.ts'
import { addService, serviceDefinition } from './index.ts'

const THREE = [{ message: 'a' }, { message: 'b' }, { message: 'c' }]

t.test('a call of each kind carries its messages both ways, in their order', async (t) => {
  const client = await echoPair(t, {
    async unary({ message }) {
      return { message }
    },
    async *serverStream({ message, count }) {
      for (let sequence = 0; sequence < count; sequence += 1) yield { message, sequence }
    },
    async clientStream(requests) {
      const messages = await collect(requests)
      return { message: messages.map(({ message }) => message).join() }
    },
    async *bidirectional(requests) {
      for await (const { message } of requests) yield { message }
    },
  })

  t.equal((await client.unary({ message: 'one' })).message, 'one')
  t.same(
    (await collect(client.serverStream({ count: 100 }))).map(({ sequence }) => sequence),
    Array.from({ length: 100 }, (_, sequence) => sequence),
  )
  t.equal((await client.clientStream(THREE)).message, 'a,b,c')
  t.same(
    (await collect(client.bidirectional(THREE))).map(({ message }) => message),
    ['a', 'b', 'c'],
  )
})

t.test('a bidirectional call answers each request before the next is made', async (t) => {
  const client = await echoPair(t, {
    async *bidirectional(requests) {
      for await (const { message } of requests) yield { message }
    },
  })
  const answered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  async function* requests() {
    for (const [index, { promise }] of answered.entries()) {
      yield { message: String(index) }
      await promise
    }
  }
  const received: string[] = []
  for await (const { message } of client.bidirectional(requests())) {
    received.push(message)
    answered[Number(message)]?.resolve()
  }
  t.same(received, ['0', '1'])
})

t.test('streams without messages succeed', async (t) => {
  const client = await echoPair(t, {
    async *serverStream() {},
    clientStream: async (requests) => ({ sequence: (await collect(requests)).length }),
    async *bidirectional() {},
  })
  t.same(await collect(client.serverStream({})), [])
  t.equal((await client.clientStream([])).sequence, 0)
  t.same(await collect(client.bidirectional([])), [])
})

t.test('a handler gets the metadata, the peer and the deadline of its call', async (t) => {
  const contexts: CallContext[] = []
  const client = await echoPair(t, {
    async unary(_request, context) {
      contexts.push(context)
      return {}
    },
  })
  const metadata = new Metadata()
  metadata.set('tenant', 'blue')
  const deadline = new Date(Date.now() + 60_000)
  await client.unary({}, { metadata, deadline })
  await client.unary({})

  const [first, second] = contexts
  t.same(first?.metadata.get('tenant'), ['blue'])
  t.match(first?.peer, /^127\.0\.0\.1:\d+$/)
  const offBy = Math.abs(Number(first?.deadline) - deadline.getTime())
  t.ok(offBy < 30_000, `the deadline travels as a remaining time, and so arrives off by ${offBy} ms`)
  t.equal(second?.deadline, undefined)
})

t.test('the definition has the paths and stream flags of the descriptor', (t) => {
  const shape = Object.entries(serviceDefinition(EchoService)).map(
    ([key, { path, requestStream, responseStream }]) => [key, path, requestStream, responseStream],
  )
  t.same(shape, [
    ['unary', '/switchyard.echo.v1.EchoService/Unary', false, false],
    ['serverStream', '/switchyard.echo.v1.EchoService/ServerStream', false, true],
    ['clientStream', '/switchyard.echo.v1.EchoService/ClientStream', true, false],
    ['bidirectional', '/switchyard.echo.v1.EchoService/Bidirectional', true, true],
  ])
  t.end()
})

t.test('a bytes field is a view of the message, and a plain Uint8Array', (t) => {
  const { unary } = serviceDefinition(EchoService)
  const bytes = unary?.requestSerialize({ payload: new Uint8Array([1, 2, 3]) }) ?? Buffer.alloc(0)
  const request = unary?.requestDeserialize(bytes)
  if (!isMessage(request, EchoRequestSchema)) return t.fail('it is a request')
  const { payload } = request
  t.same([...payload], [1, 2, 3])
  t.equal(payload.buffer, bytes.buffer)
  t.notOk(Buffer.isBuffer(payload))
  t.end()
})

t.test('the types of handlers derive from the descriptor', (t) => {
  const server = new Server()
  t.teardown(() => server.forceShutdown())
  addService(server, EchoService, {
    // @ts-expect-error a unary method answers once
    async *unary() {
      yield {}
    },
    // @ts-expect-error `sequence` is a number
    serverStream: async function* () {
      yield { sequence: 'one' }
    },
    // @ts-expect-error the requests of a client stream are a stream
    clientStream: async ({ message }) => ({ message }),
  })
  t.pass('tsc holds it: each line above is an error to it')
  t.end()
})
