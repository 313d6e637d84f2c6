// The tap between a real gRPC client and server: it forwards everything, and records frames of both.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { echoService } from '../../services/echo.ts'
import { createClient } from '../../services/rpc/index.ts'
import { collect, serveEcho } from '../../test/support/echo-pair.ts'
import { untilEnded } from '../../test/support/until-ended.ts'
import { startTap, type Tap, type TapOptions, type TappedConnection } from './tap.ts'

async function tapFor(t: Test, options: TapOptions): Promise<Tap> {
  const tap = await startTap(options)
  t.teardown(() => tap.stop())
  return tap
}

async function tappedEcho(t: Test, options: Partial<TapOptions> = {}) {
  const tap = await tapFor(t, {
    to: await serveEcho(t, echoService('b1')),
    ...options,
  })
  const client = createClient(EchoService, tap.address, {
    options: { 'grpc.use_local_subchannel_pool': 1 },
  })
  t.teardown(() => client.close())
  return { tap, client }
}

t.test('O2.1: calls through the tap succeed, and their frames are recorded with times', async (t) => {
  const lines: string[] = []
  const { tap, client } = await tappedEcho(t, {
    onFrame: ({ frame }) => lines.push(frame.type),
  })
  const { message } = await client.unary({ message: 'hello' })
  t.equal(message, 'hello')
  const answers = await collect(client.serverStream({ message: 'x', count: 3, payloadSize: 20_000 }))
  t.equal(answers.length, 3)
  const [connection] = tap.connections()
  if (connection === undefined) return t.fail('no connection')
  t.equal(connection.protocol, 'h2')
  t.strictSame(
    lines,
    connection.frames.map(({ frame }) => frame.type),
  )
  const { frames } = connection
  t.ok(frames.every(({ problem }) => problem === undefined))
  t.ok(frames.every(({ atMs }, index) => index === 0 || atMs >= (frames[index - 1]?.atMs ?? 0)))
  const request = frames.find(({ block }) => block?.fields.some(({ name }) => name === ':path'))
  t.match(request, {
    from: 'client',
    frame: { type: 'HEADERS', streamId: 1 },
  })
  const messages = frames.flatMap(({ from, messages }) => (from === 'server' ? (messages ?? []) : []))
  t.strictSame(
    messages.map(({ bytes }) => bytes.length > 20_000),
    [false, true, true, true],
  )
})

t.test('O2.1: the record has every byte of both directions', async (t) => {
  const { tap, client } = await tappedEcho(t)
  await client.unary({ message: 'hello' })
  const [connection] = tap.connections()
  for (const side of ['client', 'server'] as const) {
    const chunks = connection?.chunks.filter(({ from }) => from === side) ?? []
    const total = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
    t.ok(total > 0)
    t.equal(total, connection?.bytes[side])
  }
})

t.test('O2.1: without keepBytes, frames are recorded all the same', async (t) => {
  const { tap, client } = await tappedEcho(t, { keepBytes: false })
  await client.unary({ message: 'hello' })
  t.strictSame(tap.connections()[0]?.chunks, [])
  t.ok((tap.connections()[0]?.frames.length ?? 0) > 6)
})

/** A server that answers each byte with itself, and ends after its client. */
async function echoBytes(t: Test): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const portOf = (tap: Tap) => Number(tap.address.split(':')[1])

t.test('what is no HTTP/2 is forwarded too, and the end of each direction by itself', async (t) => {
  const ended = Promise.withResolvers<TappedConnection>()
  const onConnection = (one: TappedConnection) => one.endedMs !== undefined && ended.resolve(one)
  const tap = await tapFor(t, { to: await echoBytes(t), onConnection })
  const socket = connect(portOf(tap), '127.0.0.1')
  socket.end('GET / HTTP/1.1\r\n\r\n')
  t.equal((await collect(socket)).join(''), 'GET / HTTP/1.1\r\n\r\n')
  t.match(await ended.promise, {
    protocol: 'http/1.1',
    bytes: { client: 18, server: 18 },
    frames: [],
    error: undefined,
  })
})

t.test('a server that is not there ends the connection, and the record says why', async (t) => {
  const ended = Promise.withResolvers<TappedConnection>()
  const tap = await tapFor(t, {
    to: '127.0.0.1:1',
    onConnection: (one) => one.endedMs !== undefined && ended.resolve(one),
  })
  const socket = connect(portOf(tap), '127.0.0.1')
  await untilEnded(socket.resume())
  t.match((await ended.promise).error, /^server: connect ECONNREFUSED/)
})

t.test('an invalid address, and one in use, are errors that say how to fix it', async (t) => {
  await t.rejects(startTap({ to: 'nowhere' }), {
    code: 'invalid-argument',
    message: /to: "nowhere" is not an address; write HOST:PORT/,
  })
  const tap = await tapFor(t, { to: '127.0.0.1:1' })
  await t.rejects(startTap({ to: '127.0.0.1:1', listen: tap.address }), {
    code: 'address-in-use',
    message: /is in use by .*listen on another port/,
  })
})
