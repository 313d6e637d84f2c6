// The state of one xDS client, kept as Envoy keeps it, without a transport: responses go in, requests come out.

import { shareList } from '../../core/memo.ts'
import type { Reference } from '../../xds-server/snapshot/references.ts'
import { CLUSTER, LISTENER } from '../../xds-server/snapshot/resource-type.ts'
import type { DeltaRequest, NackDetail, SotwRequest } from '../../xds-server/streams/requests.ts'

/** A request of either protocol. Each protocol reads its own fields. */
export type ClientRequest = SotwRequest & DeltaRequest

export interface ClientResource {
  readonly name: string
  /** Empty in SotW, which has no versions of single resources. */
  readonly version: string
  /** The encoded message. */
  readonly value: Uint8Array
  readonly references: readonly Reference[]
}

export interface ClientResponse {
  readonly typeUrl: string
  readonly nonce: string
  readonly version: string
  readonly resources: readonly ClientResource[]
  /** Delta only. */
  readonly removed: readonly string[]
  /** Why names are missing, from a server that says so. */
  readonly errors?: readonly { readonly name: string; readonly message: string }[]
}

/** The names of a response's resources, in their order. */
export function namesIn({ resources }: ClientResponse): string[] {
  return resources.map(({ name }) => name)
}

export type IsRejected = (resource: ClientResource) => boolean

/** All resources of a type. */
export const WILDCARD = '*'

/** Types with the legacy wildcard, whose SotW responses carry all subscribed resources. */
export const FULL_STATE_TYPES: readonly string[] = [CLUSTER, LISTENER]

interface ClientTypeState {
  readonly typeUrl: string
  readonly names: Set<string>
  wildcard: boolean
  /** The client named a resource on this stream. From then on an empty list means nothing. */
  legacyWildcardOff: boolean
  /** Requested on this stream. */
  isOpen: boolean
  /** What is in effect, by name. */
  readonly held: Map<string, ClientResource>
  /** Versions by name, of ACKed responses. The client reports them after a reconnect. */
  readonly accepted: Map<string, string>
  /** The version of the last ACKed response. */
  version: string
  nonce: string
}

export class ClientState {
  readonly protocol: 'sotw' | 'delta'
  readonly #types = new Map<string, ClientTypeState>()

  constructor(protocol: 'sotw' | 'delta') {
    this.protocol = protocol
  }

  /** Subscribes to names or to `WILDCARD`. Without names, the first request of a type is the legacy wildcard. */
  subscribe(typeUrl: string, names: readonly string[]): ClientRequest {
    return this.change(typeUrl, names, [])
  }

  unsubscribe(typeUrl: string, names: readonly string[]): ClientRequest {
    return this.change(typeUrl, [], names)
  }

  /** Subscribes and unsubscribes in one request. */
  change(typeUrl: string, subscribe: readonly string[], unsubscribe: readonly string[]): ClientRequest {
    const type = this.#type(typeUrl)
    const isLegacy = !type.isOpen && subscribe.length === 0 && FULL_STATE_TYPES.includes(typeUrl)
    for (const name of unsubscribe) type.names.delete(name)
    if (unsubscribe.includes(WILDCARD)) type.wildcard = false
    for (const name of subscribe) if (name !== WILDCARD) type.names.add(name)
    if (isLegacy || subscribe.includes(WILDCARD)) type.wildcard = true
    type.legacyWildcardOff ||= subscribe.length > 0
    type.isOpen = true
    this.#dropUnsubscribed(type)
    return this.#request(type, { subscribe, unsubscribe })
  }

  /**
   * Applies the valid resources of a response. If one is rejected, it returns the `error_detail` of the NACK, and the versions of
   * the response are not kept.
   */
  receive(response: ClientResponse, isRejected: IsRejected = () => false): NackDetail | undefined {
    const type = this.#type(response.typeUrl)
    type.nonce = response.nonce
    const mine = response.resources.filter(({ name }) => this.isSubscribed(response.typeUrl, name))
    const rejected = mine.filter(isRejected)
    for (const name of this.#lost(type, response)) type.held.delete(name)
    for (const resource of mine) if (!rejected.includes(resource)) type.held.set(resource.name, resource)
    if (rejected.length > 0) {
      return { code: 13, message: `rejected: ${rejected.map(({ name }) => name).join(', ')}` }
    }
    type.version = response.version
    for (const { name, version } of mine) type.accepted.set(name, version)
    for (const name of response.removed) type.accepted.delete(name)
    return undefined
  }

  /** The ACK of a response, or with an error its NACK. */
  answer({ typeUrl, nonce }: ClientResponse, error?: NackDetail): ClientRequest {
    const answer = { ...this.#request(this.#type(typeUrl), {}), responseNonce: nonce }
    return error === undefined ? answer : { ...answer, errorDetail: error }
  }

  /** The first requests on a new stream, which report what this client has ACKed. */
  reconnect(): ClientRequest[] {
    const wanted = [...this.#types.values()].filter(({ wildcard, names }) => wildcard || names.size > 0)
    this.#types.clear()
    return wanted.map((type) => {
      const isLegacy = type.wildcard && !type.legacyWildcardOff
      const again = { ...type, nonce: '', isOpen: true }
      this.#types.set(type.typeUrl, again)
      const subscribe = isLegacy ? [] : this.#list(again)
      return { ...this.#request(again, { subscribe }), initialResourceVersions: new Map(type.accepted) }
    })
  }

  isSubscribed(typeUrl: string, name: string): boolean {
    const type = this.#types.get(typeUrl)
    return type !== undefined && (type.wildcard || type.names.has(name))
  }

  /** Whether the type was requested on this stream. */
  isOpen(typeUrl: string): boolean {
    return this.#types.get(typeUrl)?.isOpen ?? false
  }

  /** SotW has no request that ends the legacy wildcard. */
  canUnsubscribe(typeUrl: string, name: string): boolean {
    const type = this.#types.get(typeUrl)
    if (type === undefined || !type.isOpen) return false
    return name !== WILDCARD || type.legacyWildcardOff || this.protocol === 'delta'
  }

  /** The subscribed names, without the wildcard. */
  names(typeUrl: string): ReadonlySet<string> {
    return this.#types.get(typeUrl)?.names ?? new Set()
  }

  hasWildcard(typeUrl: string): boolean {
    return this.#types.get(typeUrl)?.wildcard ?? false
  }

  /** What is in effect, by name. */
  held(typeUrl: string): ReadonlyMap<string, ClientResource> {
    return this.#types.get(typeUrl)?.held ?? new Map()
  }

  /** Names and versions of ACKed responses: what the client will report after a reconnect. */
  accepted(typeUrl: string): ReadonlyMap<string, string> {
    return this.#types.get(typeUrl)?.accepted ?? new Map()
  }

  /** Whether a response of the type was received on this stream. */
  isAnswered(typeUrl: string): boolean {
    return this.#types.get(typeUrl)?.nonce !== ''
  }

  get typeUrls(): string[] {
    return [...this.#types.keys()]
  }

  #type(typeUrl: string): ClientTypeState {
    let type = this.#types.get(typeUrl)
    if (type === undefined) {
      const resources = { held: new Map(), accepted: new Map() }
      const subscription = {
        wildcard: false,
        legacyWildcardOff: false,
        isOpen: false,
        version: '',
        nonce: '',
      }
      type = { typeUrl, names: new Set(), ...subscription, ...resources }
      this.#types.set(typeUrl, type)
    }
    return type
  }

  #request(
    type: ClientTypeState,
    change: { readonly subscribe?: readonly string[]; readonly unsubscribe?: readonly string[] },
  ): ClientRequest {
    return {
      typeUrl: type.typeUrl,
      versionInfo: type.version,
      resourceNames: shareList(this.#list(type)),
      subscribe: shareList([...(change.subscribe ?? [])]),
      unsubscribe: shareList([...(change.unsubscribe ?? [])]),
      initialResourceVersions: new Map(),
      responseNonce: this.protocol === 'sotw' ? type.nonce : '',
    }
  }

  /** All subscriptions: the names, and the wildcard in the form that applies. */
  #list({ wildcard, legacyWildcardOff, names }: ClientTypeState): string[] {
    return wildcard && legacyWildcardOff ? [WILDCARD, ...names] : [...names]
  }

  #lost({ typeUrl, held }: ClientTypeState, { resources, removed }: ClientResponse): readonly string[] {
    if (this.protocol === 'delta') return removed
    if (!FULL_STATE_TYPES.includes(typeUrl)) return []
    const present = new Set(resources.map(({ name }) => name))
    return [...held.keys()].filter((name) => !present.has(name))
  }

  #dropUnsubscribed({ typeUrl, held, accepted }: ClientTypeState): void {
    for (const map of [held, accepted])
      for (const name of map.keys()) if (!this.isSubscribed(typeUrl, name)) map.delete(name)
  }
}
