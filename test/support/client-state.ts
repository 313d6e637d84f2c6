// The state of one xDS client, kept as Envoy keeps it, without a transport: responses go in, requests come out.

import { shareList } from '../../core/memo.ts'
import type { Reference } from '../../xds-server/snapshot/references.ts'
import { CLUSTER, LISTENER, RUNTIME, VIRTUAL_HOST } from '../../xds-server/snapshot/resource-type.ts'
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
  /** It goes when nothing is heard of it for this time, if the response carries TTLs. */
  readonly ttlMs?: number
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
  /** `heartbeat`: the resources are named without their content. */
  readonly ttls?: 'carried' | 'heartbeat'
  /** VHDS: by the names of resources, the other names that they answer. */
  readonly aliases?: ReadonlyMap<string, readonly string[]>
  /** VHDS: the removed names are answers that these do not exist. They remove nothing. */
  readonly isWithoutContent?: boolean
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

/** Types whose first request without names is a wildcard. */
export const LEGACY_TYPES: readonly string[] = [...FULL_STATE_TYPES, VIRTUAL_HOST]

/** Whether names have this one, by itself or by its glob collection, `xdstp://…/*`. */
export function coversName(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name) || names.has(collectionOf(name) ?? name)
}

export function collectionOf(name: string): string | undefined {
  return name.startsWith('xdstp://') ? `${name.slice(0, name.lastIndexOf('/'))}/*` : undefined
}

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
  /** Names of resources that go without heartbeats. */
  readonly expiring: Set<string>
  /** VHDS: names of virtual hosts that answer others. */
  readonly byAlias: Set<string>
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
    const isLegacy = !type.isOpen && subscribe.length === 0 && LEGACY_TYPES.includes(typeUrl)
    for (const name of unsubscribe) {
      type.names.delete(name)
      // The name of an answer to another name is a name of its own: who drops it gives up the resource.
      type.byAlias.delete(name)
    }
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
    const mine = response.resources.filter(({ name }) => this.#isMine(type, response, name))
    if (response.ttls === 'heartbeat') return this.#takeHeartbeat(type, mine)
    const rejected = keepsRejected(type)
      ? [...new Map([...type.held, ...mine.map((one) => [one.name, one] as const)]).values()].filter(
          isRejected,
        )
      : mine.filter(isRejected)
    for (const name of this.#lost(type, response)) this.#forget(type, name)
    for (const resource of mine) {
      if (rejected.includes(resource) && !keepsRejected(type)) continue
      type.held.set(resource.name, resource)
      if (response.ttls !== undefined && resource.ttlMs !== undefined) type.expiring.add(resource.name)
      else type.expiring.delete(resource.name)
    }
    if (rejected.length > 0) {
      return { code: 13, message: `rejected: ${rejected.map(({ name }) => name).join(', ')}` }
    }
    type.version = response.version
    for (const { name, version } of mine) type.accepted.set(name, version)
    if (!response.isWithoutContent) for (const name of response.removed) type.accepted.delete(name)
    return undefined
  }

  /** A heartbeat without content: the client has to have the very resource. */
  #takeHeartbeat(type: ClientTypeState, mine: readonly ClientResource[]): NackDetail | undefined {
    const lacks = ({ name, version }: ClientResource) => type.held.get(name)?.version !== version
    return mine.some(lacks)
      ? { code: 13, message: 'type URL embedded in an individual Any does not match' }
      : undefined
  }

  /** The time of every resource with a TTL is over. */
  expire(): void {
    for (const type of this.#types.values()) {
      // No server knows when a layer goes that was rejected and kept.
      const isKept = (name: string) => type.accepted.get(name) !== type.held.get(name)?.version
      for (const name of [...type.expiring])
        if (!keepsRejected(type) || !isKept(name)) this.#forget(type, name)
    }
  }

  /** What this client forgets when a resource that it belongs to changes. */
  drop(typeUrl: string, isDropped: (name: string) => boolean): void {
    const type = this.#types.get(typeUrl)
    if (type === undefined) return
    for (const names of [type.held, type.accepted])
      for (const name of [...names.keys()]) if (isDropped(name)) names.delete(name)
  }

  #forget({ held, accepted, expiring }: ClientTypeState, name: string): void {
    held.delete(name)
    if (expiring.delete(name)) accepted.delete(name)
  }

  /** VHDS: the answer to a name may be a virtual host of another name, which the client then has as its own. */
  #isMine(type: ClientTypeState, { typeUrl, aliases }: ClientResponse, name: string): boolean {
    if (this.isSubscribed(typeUrl, name)) return true
    if (aliases?.get(name)?.some((alias) => type.names.has(alias))) type.byAlias.add(name)
    return type.byAlias.has(name)
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
      const again = { ...type, nonce: '', isOpen: true, byAlias: new Set<string>() }
      this.#types.set(type.typeUrl, again)
      this.#dropUnsubscribed(again)
      const subscribe = isLegacy ? [] : this.#list(again)
      return { ...this.#request(again, { subscribe }), initialResourceVersions: new Map(type.accepted) }
    })
  }

  isSubscribed(typeUrl: string, name: string): boolean {
    const type = this.#types.get(typeUrl)
    return type !== undefined && (type.wildcard || coversName(type.names, name) || type.byAlias.has(name))
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
      const resources = {
        held: new Map(),
        accepted: new Map(),
        expiring: new Set<string>(),
        byAlias: new Set<string>(),
      }
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

  #lost(
    { typeUrl, held }: ClientTypeState,
    { resources, removed, isWithoutContent }: ClientResponse,
  ): readonly string[] {
    if (isWithoutContent) return []
    if (this.protocol === 'delta') return removed
    if (!FULL_STATE_TYPES.includes(typeUrl)) return []
    const present = new Set(resources.map(({ name }) => name))
    return [...held.keys()].filter((name) => !present.has(name))
  }

  #dropUnsubscribed({ typeUrl, held, accepted, expiring }: ClientTypeState): void {
    for (const names of [held, accepted, expiring])
      for (const name of names.keys()) if (!this.isSubscribed(typeUrl, name)) names.delete(name)
  }
}

/** Envoy keeps a runtime layer that it rejects, and rejects every response of the type until that is replaced. */
function keepsRejected({ typeUrl }: ClientTypeState): boolean {
  return typeUrl === RUNTIME
}
