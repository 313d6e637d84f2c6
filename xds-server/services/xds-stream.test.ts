// A failure of one stream's own code ends that stream, and nothing else. A listener may end a stream at any of its events.

import { EventEmitter } from 'node:events'
import { mock } from 'node:test'
import { create, toBinary } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { DeltaDiscoveryRequestSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { HandStream } from '../../test/support/hand-stream.ts'
import { staticCluster } from '../../test/support/resources.ts'
import { SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { delta, type WireProtocol } from '../streams/protocol.ts'
import type { DeltaRequest } from '../streams/requests.ts'
import { limitsOf } from './limits.ts'
import { OpenStreams } from './open-streams.ts'
import { WriteBudget } from './write-budget.ts'
import { type ByteStream, XdsStream } from './xds-stream.ts'

/** A gRPC call without a transport. */
class FakeCall extends EventEmitter {
  readonly errors: unknown[] = []
  readonly metadata = new Metadata()

  constructor() {
    super()
    this.on('error', (error) => this.errors.push(error))
  }

  getPeer() {
    return '10.0.0.1:1'
  }

  getAuthContext() {
    return {}
  }

  write(_: Buffer, onSent: () => void) {
    onSent()
  }

  end() {
    this.emit('close')
  }
}

/** Opens a stream on a call. */
function open(
  cache: SnapshotCache,
  call: FakeCall,
  protocol: WireProtocol<DeltaRequest>,
  answerTimeoutMs?: number,
) {
  const streams = new OpenStreams(limitsOf(), servingOf(cache).events, 60_000)
  const place = streams.enter(call as unknown as ByteStream)
  if (place === undefined) throw new Error('it may not enter')
  new XdsStream(call as unknown as ByteStream, protocol, {
    serving: servingOf(cache),
    budget: new WriteBudget(),
    place,
    id: 1,
    isPrivate: false,
    authorize: () => undefined,
    drainTimeMs: 0,
    startTimeMs: 1000,
    heartbeatsPerTtl: 3,
    resourceErrors: 'grpc',
    ...(answerTimeoutMs !== undefined && { answerTimeoutMs }),
  })
  return streams
}

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
      const cache = new SnapshotCache()
      const events: XdsEvent[] = []
      cache.onEvent((event) => events.push(event))
      const error = new Error('cannot happen')
      const call = new FakeCall()
      const streams = open(cache, call, failingAt(kind, error))
      call.emit('data', Buffer.of())
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
    const cache = new SnapshotCache()
    cache.setSnapshot('fleet', [staticCluster('a')])
    const call = new FakeCall()
    const streams = open(cache, call, delta, 1_000)
    const kinds: string[] = []
    cache.onEvent((event) => {
      kinds.push(event.kind)
      if (event.kind === kind) streams.disconnect('fleet', 'n1')
    })
    const message = { node: { id: 'n1', cluster: 'fleet' }, typeUrl: CLUSTER }
    const bytes = toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, message))
    call.emit('data', Buffer.from(bytes))
    mock.timers.tick(10_000)
    t.strictSame(kinds, kind === 'opened' ? ['opened', 'closed'] : ['opened', 'subscribed', 'sent', 'closed'])
    t.strictSame(call.errors, [])
    t.equal(servingOf(cache).watchCount, 0)
    t.equal(streams.count, 0)
  })
}
