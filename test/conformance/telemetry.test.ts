// Streams of telemetry over a socket: who may open one, what its receiver gets, and what ends it.

import { status as grpcStatus } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { SwitchyardError } from '../../core/errors.ts'
import type { TelemetrySource, XdsEvent, XdsServerOptions } from '../../xds-server/index.ts'
import { startServer } from '../support/conformance.ts'
import { TelemetryClient } from '../support/telemetry-client.ts'
import { connectTo } from '../support/xds-client.ts'

const PATH = '/example.v1.Metrics/Stream'
const PING = Buffer.from([0x10, 1])

interface Received {
  readonly source: TelemetrySource
  readonly messages: Buffer[]
  readonly closed: Promise<void>
}

/** A server with one service, whose receiver calls `take` with each message. */
async function start(
  t: Test,
  options: Partial<XdsServerOptions> = {},
  take: (message: Uint8Array) => void = () => {},
) {
  const opened: Received[] = []
  let arrived = Promise.withResolvers<void>()
  const { cache, server } = await startServer(t, {
    telemetry: [
      {
        path: PATH,
        open: (source) => {
          const messages: Buffer[] = []
          const { promise: closed, resolve: close } = Promise.withResolvers<void>()
          opened.push({ source, messages, closed })
          return {
            take: (message) => {
              messages.push(Buffer.from(message))
              arrived.resolve()
              arrived = Promise.withResolvers()
              take(message)
            },
            close,
          }
        },
      },
    ],
    ...options,
  })
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  const connect = () => new TelemetryClient(connectTo(t, server.address), PATH)
  const untilMessages = async (count: number) => {
    while (opened.flatMap(({ messages }) => messages).length < count) await arrived.promise
  }
  return { connect, opened, events, untilMessages }
}

t.test(
  'a receiver gets every message of a node, the first included, and the end of the stream',
  async (t) => {
    const { connect, opened, untilMessages } = await start(t)
    const client = connect()
    client.introduce('edge-1', 'edge', PING)
    client.raw.send(PING)
    await untilMessages(2)
    const [stream] = opened
    t.match(stream?.source, { node: 'edge-1', group: 'edge', peer: /^127\.0\.0\.1:\d+$/ })
    t.same(stream?.messages[0]?.subarray(-2), PING)
    t.same(stream?.messages[1], PING)
    client.raw.end()
    t.same(await client.raw.next(), Buffer.alloc(0), 'the only answer is empty')
    t.equal((await client.raw.ended).code, grpcStatus.OK)
    await stream?.closed
  },
)

t.test('each stream has a receiver of its own', async (t) => {
  const { connect, opened, untilMessages } = await start(t)
  const [one, two] = [connect(), connect()]
  one.introduce('edge-1')
  two.introduce('edge-2')
  await untilMessages(2)
  one.raw.end()
  t.same(opened.map(({ source }) => source.node).sort(), ['edge-1', 'edge-2'])
  await opened.find(({ source }) => source.node === 'edge-1')?.closed
  two.raw.send(PING)
  await untilMessages(3)
})

const BAD_FIRSTS: readonly [title: string, send: (client: TelemetryClient) => void, says: RegExp][] = [
  ['without a node', ({ raw }) => raw.send(PING), /has no node/],
  ['with an empty node id', (client) => client.introduce(''), /node\.id is empty/],
  ['with a node id of 2,000 characters', (client) => client.introduce('x'.repeat(2_000)), /has 2000 bytes/],
  ['that is not a message', ({ raw }) => raw.send(Buffer.from([0xff])), /cannot be decoded/],
]

for (const [title, send, says] of BAD_FIRSTS) {
  t.test(`a first message ${title} ends the stream, and opens no receiver`, async (t) => {
    const { connect, opened, events } = await start(t)
    const client = connect()
    send(client)
    t.match(await client.raw.ended, { code: grpcStatus.INVALID_ARGUMENT, details: says })
    t.same(opened, [])
    t.match(events, [{ kind: 'rejected', message: says }])
  })
}

t.test('authorize decides which node a peer may stream as', async (t) => {
  const authorize: XdsServerOptions['authorize'] = (_peer, { id }) =>
    id === 'edge-1' ? undefined : `the certificate does not name ${id}`
  const { connect, opened, untilMessages } = await start(t, { authorize })
  const foreign = connect()
  foreign.introduce('edge-2')
  t.match(await foreign.raw.ended, { code: grpcStatus.PERMISSION_DENIED, details: /does not name edge-2/ })
  t.same(opened, [])
  connect().introduce('edge-1')
  await untilMessages(1)
  t.equal(opened.length, 1, 'twin')
})

t.test('a message that the receiver calls bad ends its stream, and no other', async (t) => {
  const bad = new SwitchyardError('invalid-argument', 'the message is too large')
  let isBad = false
  const { connect, opened, events, untilMessages } = await start(t, {}, () => {
    if (isBad) throw bad
  })
  const [client, other] = [connect(), connect()]
  client.introduce('edge-1')
  other.introduce('edge-2')
  await untilMessages(2)
  isBad = true
  client.raw.send(PING)
  t.match(await client.raw.ended, { code: grpcStatus.INVALID_ARGUMENT, details: 'the message is too large' })
  await opened.find(({ source }) => source.node === 'edge-1')?.closed
  t.match(events, [{ kind: 'rejected', message: 'the message is too large' }])
  isBad = false
  other.raw.send(PING)
  await untilMessages(4)
})

t.test('a receiver that fails ends its stream with an event, and the client learns no details', async (t) => {
  const { connect, events } = await start(t, {}, () => {
    throw new Error('a bug')
  })
  const client = connect()
  client.introduce('edge-1')
  const { code, details } = await client.raw.ended
  t.equal(code, grpcStatus.INTERNAL)
  t.notMatch(details, 'a bug')
  t.match(events, [{ kind: 'fault', source: 'telemetry', message: /telemetry threw: a bug/ }])
})
