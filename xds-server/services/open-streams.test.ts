// Streams end in their turn, each once it is settled, and leave nothing behind.

import { EventEmitter } from 'node:events'
import { mock } from 'node:test'
import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { limitsOf, type StreamLimits } from './limits.ts'
import { type OpenStream, OpenStreams, timeBetween } from './open-streams.ts'
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

t.test('X83: streams have the time of the pace between them, or a share of the whole time', async (t) => {
  t.equal(timeBetween(10, 1_000, 5), 5)
  t.equal(timeBetween(10, 1_000, 500), 100)
})

t.test(
  'X83: the first stream has its turn at once, the next one later, and nobody waits after the last',
  async (t) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    t.teardown(() => mock.timers.reset())
    const two = start()
    const ends = [1, 2].map(() => follow(t, two.enter('10.0.0.1:1'), () => true))
    void two.streams.drain(7_200_000_000, 3_600_000_000)
    t.strictSame(ends, [['shutdown'], []])
    const one = start()
    const last = follow(t, one.enter('10.0.0.1:1'), () => false)
    await one.streams.drain(7_200_000_000, 3_600_000_000)
    t.strictSame(last, [], 'it has its turn, and goes on until it is settled')
    t.equal(one.streams.count, 1)
  },
)

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

t.test('X36: nothing is left of addresses and nodes without streams', async (t) => {
  const { streams, enter } = start()
  const open = ['a:1', 'a:2', 'b:1'].map((peer) => enter(peer))
  for (const [at, stream] of open.entries()) stream?.introduce('fleet', at === 0 ? 'n' : 'm')
  t.equal(streams.accounts, 4)
  const [first, second, third] = open
  third?.leave()
  t.equal(streams.accounts, 3, 'another stream has the node')
  first?.leave()
  t.equal(streams.accounts, 2)
  second?.leave()
  t.equal(streams.accounts, 0)
})
