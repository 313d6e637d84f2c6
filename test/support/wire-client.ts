// A client on a real socket in one of the four variants of xDS, behind one face: where they differ on the wire is hidden here.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import type { Client } from '@grpc/grpc-js'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from '../../xds-server/index.ts'
import { type ClientRequest, type ClientResponse, ClientState } from './client-state.ts'
import { readDelta, readSotw } from './wire-resources.ts'
import { ADS, nodeOf, RawStream } from './xds-client.ts'

export interface Variant {
  readonly title: string
  readonly protocol: 'sotw' | 'delta'
  /** One stream for all types, or a service and a stream a type. */
  readonly aggregated: boolean
}

export const VARIANTS: readonly Variant[] = [
  { title: 'SotW over ADS', protocol: 'sotw', aggregated: true },
  { title: 'delta over ADS', protocol: 'delta', aggregated: true },
  { title: 'SotW on services of their own', protocol: 'sotw', aggregated: false },
  { title: 'delta on services of their own', protocol: 'delta', aggregated: false },
]

const SERVICES: ReadonlyMap<string, readonly [service: string, method: string]> = new Map([
  [CLUSTER, ['cluster.v3.ClusterDiscoveryService', 'Clusters']],
  [ENDPOINT, ['endpoint.v3.EndpointDiscoveryService', 'Endpoints']],
  [LISTENER, ['listener.v3.ListenerDiscoveryService', 'Listeners']],
  [ROUTE, ['route.v3.RouteDiscoveryService', 'Routes']],
  [SECRET, ['secret.v3.SecretDiscoveryService', 'Secrets']],
])

/** The gRPC method that carries a type in a variant. */
export function pathOf({ protocol, aggregated }: Variant, typeUrl: string): string {
  if (aggregated) return ADS[protocol]
  const [service, method] = SERVICES.get(typeUrl) ?? []
  if (service === undefined) throw new RangeError(`${typeUrl} has no service of its own`)
  return `/envoy.service.${service}/${protocol === 'sotw' ? 'Stream' : 'Delta'}${method}`
}

export interface WireClientOptions {
  readonly channel: Client
  readonly variant: Variant
  readonly nodeId?: string
  /** What it holds and asks for; a fresh one where none is given. */
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

  /** Takes the next response, puts it into effect and answers it; `refusal` makes the answer a NACK. */
  async take(typeUrl: string, refusal?: string): Promise<ClientResponse> {
    const response = await this.next(typeUrl)
    this.answer(response, refusal)
    return response
  }

  answer(response: ClientResponse, refusal?: string): void {
    const error = this.state.receive(response, () => refusal !== undefined)
    this.send(this.state.answer(response, error && { ...error, message: refusal ?? '' }))
  }

  /** Ends all streams and asks on new ones for what it wants, with what it holds; `withNonce` is sent along, as one of old. */
  reconnect(withNonce = ''): void {
    this.close()
    for (const request of this.state.reconnect()) this.send({ ...request, responseNonce: withNonce })
  }

  /** Sends a request as it is, with the node where it is the first of its stream. */
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

  /** The open streams, each with a type that was asked for on it. */
  get streams(): readonly { readonly typeUrl: string; readonly raw: RawStream }[] {
    const open = this.state.typeUrls.map((typeUrl) => [this.#keyOf(typeUrl), typeUrl] as const)
    return [...new Map(open)].flatMap(([key, typeUrl]) => {
      const raw = this.#streams.get(key)
      return raw === undefined ? [] : [{ typeUrl, raw }]
    })
  }

  /** Responses that have come and were not looked at. */
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
