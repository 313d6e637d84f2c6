// A client on a real socket in one of the four variants of xDS, with one interface that hides their differences.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import type { Client } from '@grpc/grpc-js'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from '../../xds-server/index.ts'
import {
  EXTENSION_CONFIG,
  RUNTIME,
  SCOPED_ROUTE,
  VIRTUAL_HOST,
} from '../../xds-server/snapshot/resource-type.ts'
import { type ClientRequest, type ClientResponse, ClientState } from './client-state.ts'
import { readDelta, readSotw } from './wire-resources.ts'
import { ADS, nodeOf, RawStream } from './xds-client.ts'

export interface Variant {
  readonly title: string
  readonly protocol: 'sotw' | 'delta'
  /** One stream for all types, or one service and stream per type. */
  readonly aggregated: boolean
}

export const VARIANTS: readonly Variant[] = [
  { title: 'SotW over ADS', protocol: 'sotw', aggregated: true },
  { title: 'delta over ADS', protocol: 'delta', aggregated: true },
  { title: 'SotW on separate services', protocol: 'sotw', aggregated: false },
  { title: 'delta on separate services', protocol: 'delta', aggregated: false },
]

const SERVICES: ReadonlyMap<string, readonly [service: string, method: string]> = new Map([
  [CLUSTER, ['cluster.v3.ClusterDiscoveryService', 'Clusters']],
  [ENDPOINT, ['endpoint.v3.EndpointDiscoveryService', 'Endpoints']],
  [LISTENER, ['listener.v3.ListenerDiscoveryService', 'Listeners']],
  [ROUTE, ['route.v3.RouteDiscoveryService', 'Routes']],
  [SECRET, ['secret.v3.SecretDiscoveryService', 'Secrets']],
  [SCOPED_ROUTE, ['route.v3.ScopedRoutesDiscoveryService', 'ScopedRoutes']],
  [VIRTUAL_HOST, ['route.v3.VirtualHostDiscoveryService', 'VirtualHosts']],
  [EXTENSION_CONFIG, ['extension.v3.ExtensionConfigDiscoveryService', 'ExtensionConfigs']],
  [RUNTIME, ['runtime.v3.RuntimeDiscoveryService', 'Runtime']],
])

/** The gRPC method that carries a type in a variant. */
export function pathOf({ protocol, aggregated }: Variant, typeUrl: string): string {
  if (aggregated) return ADS[protocol]
  const [service, method] = SERVICES.get(typeUrl) ?? []
  if (service === undefined) throw new RangeError(`${typeUrl} has no separate service`)
  return `/envoy.service.${service}/${protocol === 'sotw' ? 'Stream' : 'Delta'}${method}`
}

export interface WireClientOptions {
  readonly channel: Client
  readonly variant: Variant
  readonly nodeId?: string
  /** Its resources and subscriptions. Default: a new state. */
  readonly state?: ClientState
}

export class WireClient {
  readonly state: ClientState
  readonly nodeId: string
  readonly #channel: Client
  readonly #variant: Variant
  readonly #streams = new Map<string, RawStream>()

  constructor({ channel, variant, nodeId = 'edge-1', state }: WireClientOptions) {
    this.state = state ?? new ClientState(variant.protocol)
    this.nodeId = nodeId
    this.#channel = channel
    this.#variant = variant
  }

  subscribe(typeUrl: string, ...names: string[]): void {
    this.send(this.state.subscribe(typeUrl, names))
  }

  unsubscribe(typeUrl: string, ...names: string[]): void {
    this.send(this.state.unsubscribe(typeUrl, names))
  }

  /** The next response of the stream that carries a type; on ADS it may be of another type. */
  async next(typeUrl: string): Promise<ClientResponse> {
    return this.#read(await this.#stream(typeUrl).next())
  }

  /** Takes the next response, applies it and answers it. With `nack` the answer is a NACK with that message. */
  async take(typeUrl: string, nack?: string): Promise<ClientResponse> {
    const response = await this.next(typeUrl)
    this.answer(response, nack)
    return response
  }

  answer(response: ClientResponse, nack?: string): void {
    const error = this.state.receive(response, () => nack !== undefined)
    this.send(this.state.answer(response, error && { ...error, message: nack ?? '' }))
  }

  /** Ends all streams and subscribes again on new ones, with the versions it has. `withNonce` adds a nonce of the old stream. */
  reconnect(withNonce = ''): void {
    this.close()
    for (const request of this.state.reconnect()) this.send({ ...request, responseNonce: withNonce })
  }

  /** Sends a request, with the node if it is the first on its stream. */
  send(request: ClientRequest): void {
    const isFirst = !this.#streams.has(this.#keyOf(request.typeUrl))
    const { typeUrl, responseNonce, errorDetail } = request
    const node = isFirst ? { node: nodeOf(this.nodeId) } : {}
    const common = { ...node, typeUrl, responseNonce, ...(errorDetail && { errorDetail }) }
    const { versionInfo, resourceNames } = request
    const bytes =
      this.#variant.protocol === 'sotw'
        ? toBinary(
            DiscoveryRequestSchema,
            create(DiscoveryRequestSchema, { ...common, versionInfo, resourceNames: [...resourceNames] }),
          )
        : toBinary(
            DeltaDiscoveryRequestSchema,
            create(DeltaDiscoveryRequestSchema, {
              ...common,
              resourceNamesSubscribe: [...request.subscribe],
              resourceNamesUnsubscribe: [...request.unsubscribe],
              initialResourceVersions: Object.fromEntries(request.initialResourceVersions),
            }),
          )
    this.#stream(typeUrl).send(bytes)
  }

  /** The open streams, each with a type that was requested on it. */
  get streams(): readonly { readonly typeUrl: string; readonly raw: RawStream }[] {
    const open = this.state.typeUrls.map((typeUrl) => [this.#keyOf(typeUrl), typeUrl] as const)
    return [...new Map(open)].flatMap(([key, typeUrl]) => {
      const raw = this.#streams.get(key)
      return raw === undefined ? [] : [{ typeUrl, raw }]
    })
  }

  /** Responses that were received and not taken. */
  async untaken(): Promise<ClientResponse[]> {
    const queues = this.streams.map(({ raw }) => Array.from({ length: raw.queued }, () => raw.next()))
    return (await Promise.all(queues.flat())).map((bytes) => this.#read(bytes))
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close()
    this.#streams.clear()
  }

  #read(bytes: Buffer): ClientResponse {
    return this.#variant.protocol === 'sotw'
      ? readSotw(fromBinary(DiscoveryResponseSchema, bytes))
      : readDelta(fromBinary(DeltaDiscoveryResponseSchema, bytes))
  }

  #stream(typeUrl: string): RawStream {
    const key = this.#keyOf(typeUrl)
    const stream = this.#streams.get(key) ?? new RawStream(this.#channel, pathOf(this.#variant, typeUrl))
    this.#streams.set(key, stream)
    return stream
  }

  #keyOf(typeUrl: string): string {
    return this.#variant.aggregated ? 'ads' : typeUrl
  }
}
