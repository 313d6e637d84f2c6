// A raw xDS client for tests: it sends the requests that a test writes, and returns the responses one by one.

import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import type { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import {
  ChannelCredentials,
  Client,
  type ClientDuplexStream,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js'

export const ADS = {
  sotw: '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
  delta: '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
} as const

/** A stream of encoded messages. Responses are queued until a test takes them. */
export class RawStream {
  readonly #call: ClientDuplexStream<Buffer, Buffer>
  readonly #queue: Buffer[] = []
  readonly #takers: ((bytes: Buffer) => void)[] = []
  readonly #counters: { readonly count: number; readonly resolve: () => void }[] = []
  #received = 0
  /** Resolves with the status that the stream ended with. */
  readonly ended: Promise<StatusObject>

  constructor(client: Client, path: string) {
    const same = (bytes: Buffer) => bytes
    this.#call = client.makeBidiStreamRequest(path, same, same, new Metadata())
    this.#call.on('data', (bytes: Buffer) => {
      this.#received += 1
      const taker = this.#takers.shift()
      if (taker) taker(bytes)
      else this.#queue.push(bytes)
      for (const { count, resolve } of this.#counters) if (this.#received >= count) resolve()
    })
    this.#call.on('error', () => {})
    this.ended = new Promise((resolve) => this.#call.on('status', resolve))
  }

  send(bytes: Uint8Array): void {
    this.#call.write(Buffer.from(bytes))
  }

  /** Waits for the next response. */
  next(): Promise<Buffer> {
    const bytes = this.#queue.shift()
    if (bytes) return Promise.resolve(bytes)
    return new Promise((resolve) => this.#takers.push(resolve))
  }

  /** Responses that were received and not taken. */
  get queued(): number {
    return this.#queue.length
  }

  /** Resolves when that many responses have been received since the stream opened. */
  untilReceived(count: number): Promise<void> {
    if (this.#received >= count) return Promise.resolve()
    return new Promise((resolve) => this.#counters.push({ count, resolve }))
  }

  /** Half-closes the stream: no more requests follow. */
  end(): void {
    this.#call.end()
  }

  pause(): void {
    this.#call.pause()
  }

  resume(): void {
    this.#call.resume()
  }

  close(): void {
    this.#call.cancel()
  }
}

export interface Teardown {
  readonly teardown: (end: () => unknown) => unknown
}

/** A separate channel to a server. */
export function connectTo(
  t: Teardown,
  address: string,
  credentials = ChannelCredentials.createInsecure(),
): Client {
  const client = new Client(address, credentials, {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  })
  t.teardown(() => client.close())
  return client
}

export function nodeOf(id: string, cluster = 'fleet'): MessageInitShape<typeof NodeSchema> {
  return { id, cluster }
}

/** A SotW stream. */
export class SotwClient {
  readonly raw: RawStream

  constructor(client: Client, path: string = ADS.sotw) {
    this.raw = new RawStream(client, path)
  }

  send(request: MessageInitShape<typeof DiscoveryRequestSchema>): DiscoveryRequest {
    const message = create(DiscoveryRequestSchema, request)
    this.raw.send(toBinary(DiscoveryRequestSchema, message))
    return message
  }

  async next(): Promise<DiscoveryResponse> {
    return fromBinary(DiscoveryResponseSchema, await this.raw.next())
  }

  ack({ typeUrl, versionInfo, nonce }: DiscoveryResponse, resourceNames: string[] = []): void {
    this.send({ typeUrl, versionInfo, responseNonce: nonce, resourceNames })
  }

  close(): void {
    this.raw.close()
  }
}

/** A delta stream. */
export class DeltaClient {
  readonly raw: RawStream

  constructor(client: Client, path: string = ADS.delta) {
    this.raw = new RawStream(client, path)
  }

  send(request: MessageInitShape<typeof DeltaDiscoveryRequestSchema>): DeltaDiscoveryRequest {
    const message = create(DeltaDiscoveryRequestSchema, request)
    this.raw.send(toBinary(DeltaDiscoveryRequestSchema, message))
    return message
  }

  async next(): Promise<DeltaDiscoveryResponse> {
    return fromBinary(DeltaDiscoveryResponseSchema, await this.raw.next())
  }

  ack({ typeUrl, nonce }: DeltaDiscoveryResponse): void {
    this.send({ typeUrl, responseNonce: nonce })
  }

  close(): void {
    this.raw.close()
  }
}
