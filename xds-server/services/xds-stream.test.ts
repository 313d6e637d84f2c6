// A failure of one stream's own code ends that stream, and nothing else. A listener may end a stream at any of its events.

import { mock } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { HandStream } from '../../test/support/hand-stream.ts'
import { HandXds } from '../../test/support/hand-xds.ts'
import { staticCluster } from '../../test/support/resources.ts'
import { servingOf } from '../cache/snapshot-cache.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { delta, type WireProtocol } from '../streams/protocol.ts'
import type { DeltaRequest } from '../streams/requests.ts'

const request = {
  typeUrl: CLUSTER,
  responseNonce: '',
  subscribe: [],
  unsubscribe: [],
  initialResourceVersions: new Map(),
} as unknown as DeltaRequest

/** A machine that cannot take a step of one kind. */
function failingAt(kind: string, error: Error): WireProtocol<DeltaRequest> {
  return {
    ...delta,
    decode: () => ({ node: create(NodeSchema, { id: 'n1', cluster: 'fleet' }), request }),
    step: (state, event) => {
      if (event.kind === kind) throw error
      return { state, send: [], report: [] }
    },
  }
}

for (const kind of ['request', 'snapshot']) {
  t.test(
    `X36: a machine that fails at a ${kind} ends its stream, and the snapshot reaches the others`,
    async (t) => {
      const error = new Error('cannot happen')
      const { cache, call, streams, events } = new HandXds({ machine: failingAt(kind, error) })
      call.receive(Buffer.of())
      const other = new HandStream(cache, { id: 'n2', cluster: 'fleet' })
      cache.setSnapshot('fleet', [])
      t.equal(other.snapshots.length, 1)
      t.match(call.errors, [{ code: status.INTERNAL }])
      t.match(
        events.filter((event) => event.kind === 'fault'),
        [{ source: 'stream', error, peer: '10.0.0.1:1', message: /cannot happen/ }],
      )
      t.equal(servingOf(cache).watchCount, 1, 'nothing of it is left')
      t.equal(streams.count, 0)
    },
  )
}

for (const kind of ['opened', 'subscribed', 'sent'] as const) {
  t.test(`X84: a listener of "${kind}" may end the stream, and no timer of it is left`, async (t) => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    t.teardown(() => mock.timers.reset())
    const hand = new HandXds({ answerTimeoutMs: 1_000 })
    const { cache, call, streams } = hand
    cache.setSnapshot('fleet', [staticCluster('a')])
    cache.onEvent((event) => {
      if (event.kind === kind) streams.disconnect('fleet', 'n1')
    })
    hand.ask(CLUSTER)
    mock.timers.tick(10_000)
    t.strictSame(hand.kinds(), [
      'snapshot',
      ...(kind === 'opened' ? ['opened', 'closed'] : ['opened', 'subscribed', 'sent', 'closed']),
    ])
    t.match(hand.events.at(-1), { reason: 'disconnected' })
    t.strictSame(call.errors, [])
    t.equal(call.ends, 1)
    t.equal(servingOf(cache).watchCount, 0)
    t.equal(streams.count, 0)
  })
}

for (const ending of ['cancelled', 'error', 'close', 'end']) {
  t.test(`X36: nothing is left of a stream after "${ending}"`, async (t) => {
    const { cache, call, streams, events, ...rest } = openedOn(new HandXds())
    call.emit(ending)
    t.equal(servingOf(cache).watchCount, 0)
    t.equal(streams.count, 0)
    t.equal(events.at(-1)?.kind, 'closed')
    const { length } = call.sent
    cache.setSnapshot('fleet', [staticCluster('b')])
    rest.ask()
    t.equal(call.sent.length, length, 'it is sent nothing more')
    t.equal(call.ends, ending === 'end' ? 1 : 0)
    call.emit('close')
    t.equal(events.filter(({ kind }) => kind === 'closed').length, 1)
  })
}

/** A client that has ACKed a cluster. */
function openedOn(hand: HandXds) {
  const { cache, call, streams, events } = hand
  cache.setSnapshot('fleet', [staticCluster('a')])
  hand.ask(CLUSTER)
  hand.take()
  return { cache, call, streams, events, ask: () => hand.ask(CLUSTER, 'c') }
}

t.test('X83: a stream that is to end does so when its client has answered', async (t) => {
  const hand = new HandXds()
  hand.cache.setSnapshot('fleet', [staticCluster('a')])
  hand.ask(CLUSTER)
  await hand.streams.drain(10, 5)
  t.equal(hand.call.ends, 0)
  hand.take()
  t.equal(hand.call.ends, 1)
  t.match(hand.events.at(-1), { kind: 'closed', reason: 'shutdown', pending: [] })
})
