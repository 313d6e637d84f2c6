// A client of the server's own streams without a transport: delta, one message at a time, as the test says.

import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { SnapshotCache, servingOf } from '../../xds-server/cache/snapshot-cache.ts'
import type { XdsEvent } from '../../xds-server/nodes/events.ts'
import { limitsOf, type StreamLimits } from '../../xds-server/services/limits.ts'
import { OpenStreams } from '../../xds-server/services/open-streams.ts'
import { WriteBudget } from '../../xds-server/services/write-budget.ts'
import { type StreamContext, XdsStream } from '../../xds-server/services/xds-stream.ts'
import { delta, type WireProtocol } from '../../xds-server/streams/protocol.ts'
import type { DeltaRequest } from '../../xds-server/streams/requests.ts'
import { HandCall, type HandCallOptions } from './hand-call.ts'

const NODE = { id: 'n1', cluster: 'fleet' }

export interface HandXdsOptions extends Partial<Omit<StreamContext, 'serving' | 'place'>>, HandCallOptions {
  readonly cache?: SnapshotCache
  readonly limits?: StreamLimits
  readonly node?: MessageInitShape<typeof NodeSchema>
  readonly machine?: WireProtocol<DeltaRequest>
}

export class HandXds {
  readonly cache: SnapshotCache
  readonly events: XdsEvent[] = []
  readonly streams: OpenStreams
  readonly call: HandCall
  readonly #node: HandXdsOptions['node']
  #isFirst = true
  #read = 0

  constructor(options: HandXdsOptions = {}) {
    const {
      cache = new SnapshotCache(),
      limits,
      node = NODE,
      machine = delta,
      peer,
      names,
      stalls,
      ...context
    } = options
    const serving = servingOf(cache)
    this.cache = cache
    this.#node = node
    cache.onEvent((event) => this.events.push(event))
    this.streams = new OpenStreams(limitsOf(limits), serving.events, 60_000)
    this.call = new HandCall({ ...(peer && { peer }), ...(names && { names }), ...(stalls && { stalls }) })
    const place = this.streams.enter(this.call.stream)
    if (place === undefined) throw new Error('the stream may not enter')
    new XdsStream(this.call.stream, machine, {
      serving,
      budget: new WriteBudget(),
      place,
      id: 1,
      isPrivate: true,
      authorize: () => undefined,
      drainTimeMs: 0,
      startTimeMs: 15_000,
      heartbeatsPerTtl: 3,
      resourceErrors: 'grpc',
      ...context,
    })
  }

  /** Sends a request; the first one has the node. */
  send(request: Omit<MessageInitShape<typeof DeltaDiscoveryRequestSchema>, '$typeName'>): void {
    const node = this.#isFirst && this.#node !== undefined ? { node: this.#node } : {}
    this.#isFirst = false
    const message: DeltaDiscoveryRequest = create(DeltaDiscoveryRequestSchema, { ...node, ...request })
    this.call.receive(toBinary(DeltaDiscoveryRequestSchema, message))
  }

  ask(typeUrl: string, ...names: readonly string[]): void {
    this.send({ typeUrl, resourceNamesSubscribe: [...names] })
  }

  ack({ typeUrl, nonce }: Pick<DeltaDiscoveryResponse, 'typeUrl' | 'nonce'>): void {
    this.send({ typeUrl, responseNonce: nonce })
  }

  /** The responses since the last call. */
  received(): readonly DeltaDiscoveryResponse[] {
    const bytes = this.call.sent.slice(this.#read)
    this.#read = this.call.sent.length
    return bytes.map((one) => fromBinary(DeltaDiscoveryResponseSchema, one))
  }

  /** Their resources and removals, such as `a` and `-b`. */
  receivedNames(): readonly string[] {
    return this.received().flatMap(({ resources, removedResources }) => [
      ...resources.map(({ name }) => name),
      ...removedResources.map((name) => `-${name}`),
    ])
  }

  /** ACKs what was received since the last call, and returns its names. */
  take(): readonly string[] {
    const before = this.#read
    const names = this.receivedNames()
    this.#read = before
    for (const response of this.received()) this.ack(response)
    return names
  }

  kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind)
  }
}
