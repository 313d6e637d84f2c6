// Streams end in their turn, each once it is settled, and leave nothing behind.

import { EventEmitter } from 'node:events'
import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { limitsOf, type StreamLimits } from './limits.ts'
import { type OpenStream, OpenStreams } from './open-streams.ts'
import type { ByteStream } from './xds-stream.ts'

function start(limits?: StreamLimits) {
  const streams = new OpenStreams(limitsOf(limits), new EventQueue<XdsEvent>(), 60_000)
  const errors: { readonly code: number }[] = []
  const enter = (peer: string) => {
    const call = Object.assign(new EventEmitter(), { getPeer: () => peer, metadata: new Metadata() })
    call.on('error', (error) => errors.push(error))
    return streams.enter(call as unknown as ByteStream)
  }
  return { streams, errors, enter }
}

/** Notes why it ended, and leaves. */
function follow(t: Test, stream: OpenStream | undefined, isSettled: () => boolean) {
  const ends: string[] = []
  if (stream === undefined) return t.bailout('it may not enter')
  stream.onEnd({
    isSettled,
    end: (reason) => {
      ends.push(reason)
      stream.leave()
    },
  })
  return ends
}

t.test('X83: streams end within the time, settled ones at once in their turn', async (t) => {
  const { streams, errors, enter } = start()
  let isAnswered = false
  const settled = Array.from({ length: 500 }, () => follow(t, enter('10.0.0.1:1'), () => true))
  const slow = enter('10.0.0.1:2')
  const ends = follow(t, slow, () => isAnswered)
  await streams.drain(50, 5)
  t.ok(settled.every((one) => one?.join() === 'shutdown'))
  slow?.answered()
  t.strictSame(ends, [], 'it waits for the answer')
  t.equal(streams.count, 1)
  t.equal(enter('10.0.0.1:3'), undefined, 'no stream begins')
  t.match(errors, [{ code: status.UNAVAILABLE }])
  isAnswered = true
  slow?.answered()
  t.strictSame(ends, ['shutdown'])
  t.equal(streams.count, 0)
})

t.test('X83: when all streams have ended, nobody waits for the turns that are left', async (t) => {
  const { streams, enter } = start()
  const open = Array.from({ length: 10_000 }, () => enter('10.0.0.1:1'))
  const drained = streams.drain(6_000_000, 50)
  for (const stream of open) stream?.leave()
  await drained
  t.equal(streams.count, 0)
})

t.test('X83: without streams, there is nothing to wait for', async (t) => {
  await start().streams.drain(600_000, 5)
  t.pass('it has ended')
})

t.test(
  'X85: the port of a peer makes no difference, and its place is free once a stream has left',
  async (t) => {
    const { errors, enter } = start({ streamsOfPeer: 1 })
    const first = enter('[::1]:1')
    t.equal(enter('[::1]:2'), undefined)
    t.match(errors, [{ code: status.RESOURCE_EXHAUSTED }])
    t.ok(enter('10.0.0.1:2'))
    first?.leave()
    first?.leave()
    t.ok(enter('[::1]:3'))
    t.equal(enter('[::1]:4'), undefined, 'leaving twice frees one place')
  },
)

t.test('X84: a node is forgotten with its last stream', async (t) => {
  const { streams, enter } = start()
  const [one, other] = [enter('a:1'), enter('a:2')]
  const ends = [follow(t, one, () => false), follow(t, other, () => false)]
  one?.introduce('fleet', 'n')
  other?.introduce('fleet', 'n')
  t.equal(streams.disconnect('fleet', 'n'), 2)
  t.strictSame(ends, [['disconnected'], ['disconnected']])
  t.equal(streams.disconnect('fleet', 'n'), 0)
})
