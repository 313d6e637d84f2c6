// What the streams of a server, an address, a node and a connection may be, and what is said of those beyond it.

import { EventEmitter } from 'node:events'
import { mock } from 'node:test'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { noteConnection } from '../../core/aging-connections.ts'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { BadRequest } from './check-request.ts'
import { limitsOf, type StreamLimits } from './limits.ts'
import { type OpenStream, OpenStreams } from './open-streams.ts'
import type { ByteStream } from './xds-stream.ts'

const PATIENCE_MS = 60_000

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
t.afterEach(() => mock.timers.reset())

interface Ended {
  readonly code: number
  readonly details: string
}

function start(limits?: StreamLimits) {
  const queue = new EventQueue<XdsEvent>()
  const events: XdsEvent[] = []
  queue.listen((event) => events.push(event))
  const streams = new OpenStreams(limitsOf(limits), queue, PATIENCE_MS)
  const errors: Ended[] = []
  const enter = (peer = '10.0.0.1:1', connection?: object) => {
    const metadata = new Metadata()
    if (connection !== undefined) noteConnection(metadata, connection)
    const call = Object.assign(new EventEmitter(), { getPeer: () => peer, metadata })
    call.on('error', (error: Ended) => errors.push(error))
    const stream = streams.enter(call as unknown as ByteStream)
    const ends: string[] = []
    stream?.onEnd({ isSettled: () => true, end: (reason) => ends.push(reason) })
    return { stream, ends }
  }
  return { streams, events, errors, enter }
}

/** What a stream may not do. */
function rejected(work: () => unknown) {
  try {
    work()
  } catch (error) {
    if (error instanceof BadRequest) return error
    throw error
  }
  return undefined
}

t.test('X85: a server has up to its limit of streams, and an event tells of each one beyond', async (t) => {
  const { streams, events, errors, enter } = start({ streams: 2 })
  const { stream } = enter('10.0.0.1:1')
  enter('10.0.0.2:1')
  t.equal(enter('10.0.0.3:7').stream, undefined)
  const message = 'the server has 2 open streams, which is its limit: try again later'
  t.strictSame(errors, [{ code: status.RESOURCE_EXHAUSTED, details: message }])
  t.strictSame(events, [{ kind: 'rejected', peer: '10.0.0.3:7', code: status.RESOURCE_EXHAUSTED, message }])
  stream?.leave()
  t.ok(enter('10.0.0.3:7').stream)
  t.equal(streams.count, 2)
})

t.test('X85: an address has up to its limit of streams, however they come and go', async (t) => {
  const { errors, enter } = start({ streamsOfPeer: 3 })
  const { stream: first } = enter('10.0.0.1:1')
  enter('10.0.0.1:2')
  const { stream: third } = enter('10.0.0.1:3')
  t.equal(enter('10.0.0.1:4').stream, undefined)
  t.match(errors, [{ details: '10.0.0.1 has 3 open streams, which is the limit: close some' }])
  first?.leave()
  third?.leave()
  t.ok(enter('10.0.0.1:5').stream)
  t.ok(enter('10.0.0.1:6').stream)
  t.equal(enter('10.0.0.1:7').stream, undefined, 'one of the first three has stayed')
})

t.test('X83: a server that shuts down says so, without an event', async (t) => {
  const { streams, events, errors, enter } = start()
  await streams.drain(1_000, 5)
  t.equal(enter().stream, undefined)
  t.strictSame(errors, [{ code: status.UNAVAILABLE, details: 'the server shuts down: connect again' }])
  t.strictSame(events, [])
})

t.test('a stream without a request ends after a while, and one with a request does not', async (t) => {
  const { errors, enter } = start()
  const { stream: heard } = enter()
  const { stream: left } = enter()
  enter()
  heard?.heard()
  left?.leave()
  for (let part = 0; part < 3; part += 1) mock.timers.tick(PATIENCE_MS / 4)
  t.strictSame(errors, [])
  mock.timers.tick(PATIENCE_MS / 4)
  t.strictSame(errors, [
    { code: status.DEADLINE_EXCEEDED, details: `no request arrived within ${PATIENCE_MS} ms` },
  ])
})

t.test('X85: a node has up to its limit of streams in each group', async (t) => {
  const { streams, enter } = start({ streamsOfNode: 1 })
  const [one, other, elsewhere, twin] = [enter(), enter(), enter(), enter()]
  one.stream?.introduce('fleet', 'n')
  elsewhere.stream?.introduce('other', 'n')
  twin.stream?.introduce('fleet', 'm')
  const error = rejected(() => other.stream?.introduce('fleet', 'n'))
  t.equal(error?.code, status.RESOURCE_EXHAUSTED)
  t.equal(
    error?.message,
    'the node "n" has 1 open streams, which is the limit: give each client an id of its own, or use ADS',
  )
  t.equal(streams.disconnect('fleet', 'n'), 1)
  t.strictSame(
    [one, elsewhere, twin].map(({ ends }) => ends.join()),
    ['disconnected', '', ''],
  )
  one.stream?.leave()
  other.stream?.introduce('fleet', 'n')
  t.equal(streams.disconnect('fleet', 'n'), 1)
})

t.test('X86: the names of a stream are counted, and those of all streams of its node', async (t) => {
  const { enter } = start({ names: 10, nameBytes: 100, namesOfNode: 15, nameBytesOfNode: 150 })
  const open = () => {
    const { stream } = enter()
    stream?.introduce('fleet', 'n')
    return stream
  }
  const count = (stream: OpenStream | undefined, names: number, bytes: number) =>
    rejected(() => stream?.count({ names, bytes }))?.message.match(/^the limit is (.*), and there/)?.[1]
  const one = open()
  t.equal(count(one, 10, 100), undefined)
  t.equal(count(one, 11, 100), '10 names that this stream subscribes to or reports')
  t.equal(count(one, 10, 101), '100 bytes of names that this stream subscribes to or reports')
  t.equal(count(one, 10, 90), undefined, 'the newest number counts')
  const other = open()
  t.equal(count(other, 5, 60), undefined)
  t.equal(count(other, 6, 60), '15 names that the streams of this node subscribe to or report')
  t.equal(count(other, 5, 61), '150 bytes of names that the streams of this node subscribe to or report')
  t.equal(count(other, 5, 10), undefined)
  one?.leave()
  const third = open()
  t.equal(count(third, 10, 100), undefined, 'the names of a stream go with it')
  t.equal(count(third, 0, 0), undefined)
  t.equal(count(other, 10, 100), undefined)
  const alone = enter().stream
  t.equal(count(alone, 10, 100), undefined, 'the stream of a node that is not known yet counts for itself')
  t.equal(count(alone, 11, 0), '10 names that this stream subscribes to or reports')
})

t.test('X86: an error says how many names there are, and what to do', async (t) => {
  const { stream } = start({ names: 1 }).enter()
  t.match(
    rejected(() => stream?.count({ names: 3, bytes: 3 })),
    {
      code: status.RESOURCE_EXHAUSTED,
      message: /, and there are 3: subscribe to fewer, or to "\*"$/,
    },
  )
})

t.test('X81: the streams of an old connection end, and those of others do not', async (t) => {
  const { streams, enter } = start()
  const [old, young] = [{}, {}]
  const [one, two, gone, other, none] = [
    enter('a:1', old),
    enter('a:1', old),
    enter('a:1', old),
    enter('a:2', young),
    enter('a:3'),
  ]
  gone.stream?.leave()
  streams.drainConnection(old)
  t.strictSame(
    [one, two, gone, other, none].map(({ ends }) => ends.join()),
    ['age', 'age', '', '', ''],
  )
  t.equal(gone.stream?.ending, undefined, 'it is no stream of the connection any more')
  t.equal(one.stream?.ending, 'age')
  one.stream?.leave()
  two.stream?.leave()
  streams.drainConnection(old)
  t.strictSame(one.ends, ['age'], 'nothing of it is left')
  streams.drainConnection({})
  t.pass('a connection without streams has nothing to end')
})

t.test('X83: the first reason why a stream ends is the one that counts', async (t) => {
  const { streams, enter } = start()
  const { stream, ends } = enter()
  streams.announceEnd('shutdown')
  t.equal(stream?.ending, 'shutdown')
  t.strictSame(ends, [], 'it ends with its connection')
  stream?.announceEnd('age')
  t.equal(stream?.ending, 'shutdown')
  const { stream: other } = enter()
  other?.end('disconnected')
  t.equal(other?.ending, 'disconnected')
})

t.test('X84: a stream that has no way to end yet, or has left, is not ended', async (t) => {
  const { streams } = start()
  const call = Object.assign(new EventEmitter(), { getPeer: () => 'a:1', metadata: new Metadata() })
  const stream = streams.enter(call as unknown as ByteStream)
  stream?.introduce('fleet', 'n')
  t.equal(streams.disconnect('fleet', 'n'), 1)
  stream?.leave()
  t.equal(streams.disconnect('fleet', 'n'), 0)
})
