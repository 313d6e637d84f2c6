// A failure of one stream's own code ends that stream, and nothing else.

import { EventEmitter } from 'node:events'
import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { HandStream } from '../../test/support/hand-stream.ts'
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
      const streams = new OpenStreams(limitsOf(), servingOf(cache).events, 60_000)
      const place = streams.enter(call as unknown as ByteStream)
      if (place === undefined) return t.fail('it may not enter')
      new XdsStream(call as unknown as ByteStream, failingAt(kind, error), {
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
      })
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
