// A client of the warm-up: it subscribes to clusters, endpoints and a route configuration, and ACKs what it gets. It is no channel of
// gRPC, whose code the server does not need.

import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { GrpcFrameReader, toGrpcFrame } from '../../core/grpc-framing.ts'
import { CLUSTER, ENDPOINT, ROUTE } from '../snapshot/resource-type.ts'

const ADS = '/envoy.service.discovery.v3.AggregatedDiscoveryService'

/** One for each type that a client subscribes to. */
export const FIRST_RESPONSES = 3

export interface WarmUpClientOptions {
  readonly mode: 'sotw' | 'delta'
  /** Of its node. */
  readonly id: string
  readonly clusters: readonly string[]
  readonly route: string
}

export class WarmUpClient {
  readonly #stream: ClientHttp2Stream
  readonly #options: WarmUpClientOptions
  #received = 0
  readonly #frames = new GrpcFrameReader()
  #waiting: (() => void) | undefined

  constructor(session: ClientHttp2Session, options: WarmUpClientOptions) {
    this.#options = options
    const { mode, id } = options
    const method = mode === 'sotw' ? 'StreamAggregatedResources' : 'DeltaAggregatedResources'
    this.#stream = session.request({
      ':method': 'POST',
      ':path': `${ADS}/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    for (const one of [session, this.#stream]) one.on('error', () => {})
    this.#stream.on('data', (chunk: Buffer) => {
      for (const { bytes } of this.#frames.push(chunk)) this.#answer(bytes)
    })
    const first = { node: { id } }
    for (const typeUrl of [CLUSTER, ENDPOINT, ROUTE]) {
      const names = this.#namesOf(typeUrl)
      if (mode === 'sotw') this.#write(sotw({ ...first, typeUrl, resourceNames: names }))
      else this.#write(delta({ ...first, typeUrl, resourceNamesSubscribe: names }))
    }
  }

  get received(): number {
    return this.#received
  }

  /** Resolves when that many responses have been received. */
  async untilReceived(count: number): Promise<void> {
    while (this.#received < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  #namesOf(typeUrl: string): string[] {
    if (typeUrl === CLUSTER) return []
    return typeUrl === ENDPOINT ? [...this.#options.clusters] : [this.#options.route]
  }

  #answer(bytes: Buffer): void {
    if (this.#options.mode === 'sotw') {
      const { typeUrl, versionInfo, nonce } = fromBinary(DiscoveryResponseSchema, bytes)
      const resourceNames = this.#namesOf(typeUrl)
      this.#write(sotw({ typeUrl, versionInfo, responseNonce: nonce, resourceNames }))
    } else {
      const { typeUrl, nonce } = fromBinary(DeltaDiscoveryResponseSchema, bytes)
      this.#write(delta({ typeUrl, responseNonce: nonce }))
    }
    this.#received += 1
    this.#waiting?.()
  }

  #write(request: Uint8Array): void {
    this.#stream.write(toGrpcFrame(request))
  }
}

function sotw(request: MessageInitShape<typeof DiscoveryRequestSchema>): Uint8Array {
  return toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request))
}

function delta(request: MessageInitShape<typeof DeltaDiscoveryRequestSchema>): Uint8Array {
  return toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))
}
