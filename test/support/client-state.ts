// What one xDS client holds and asks for, kept as Envoy keeps it and without a transport: responses go in, requests come out.

import { shareList } from '../../core/memo.ts'
import type { Reference } from '../../xds-server/snapshot/references.ts'
import { CLUSTER, LISTENER } from '../../xds-server/snapshot/resource-type.ts'
import type { DeltaRequest, NackDetail, SotwRequest } from '../../xds-server/streams/requests.ts'

/** A request of either protocol: each reads the fields that are its own. */
export type ClientRequest = SotwRequest & DeltaRequest

export interface ClientResource {
  readonly name: string
  /** Empty where the protocol does not tell it. */
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
  /** Of no meaning in the state of the world, where absence says it. */
  readonly removed: readonly string[]
}

/** The names of a response's resources, in their order. */
export function namesIn({ resources }: ClientResponse): string[] {
  return resources.map(({ name }) => name)
}

export type Refuses = (resource: ClientResource) => boolean

/** Everything of a type in its `*` form, beside or in place of names. */
export const EVERYTHING = '*'

/** Both ask for everything by a first request without names, and in the state of the world are always sent whole. */
export const WHOLE_TYPES: readonly string[] = [CLUSTER, LISTENER]

interface TypeState {
  readonly typeUrl: string
  readonly names: Set<string>
  wildcard: boolean
  /** Names were listed on this stream: from then on an empty list asks for nothing. */
  named: boolean
  /** Asked for on this stream. */
  isOpen: boolean
  /** What is in effect, by name. */
  readonly held: Map<string, ClientResource>
  /** SotW: what was given up since the last response; asked for again by then, the server may never have heard of it. */
  readonly givenUp: Map<string, ClientResource>
  /** Versions by name as of responses that were accepted whole: these are claimed after a reconnect. */
  readonly accepted: Map<string, string>
  /** The version of the last response that was accepted whole. */
  version: string
  nonce: string
}

export class ClientState {
  readonly protocol: 'sotw' | 'delta'
  readonly #types = new Map<string, TypeState>()

  constructor(protocol: 'sotw' | 'delta') {
    this.protocol = protocol
  }

  /** Asks for names, for `EVERYTHING`, or for nothing by name: the legacy wildcard, where that is the type's first request. */
  subscribe(typeUrl: string, names: readonly string[]): ClientRequest {
    return this.change(typeUrl, names, [])
  }

  unsubscribe(typeUrl: string, names: readonly string[]): ClientRequest {
    return this.change(typeUrl, [], names)
  }

  /** Adds and takes away names in one request. */
  change(typeUrl: string, subscribe: readonly string[], unsubscribe: readonly string[]): ClientRequest {
    const type = this.#type(typeUrl)
    const isLegacy = !type.isOpen && subscribe.length === 0 && WHOLE_TYPES.includes(typeUrl)
    for (const name of unsubscribe) type.names.delete(name)
    if (unsubscribe.includes(EVERYTHING)) type.wildcard = false
    for (const name of subscribe) if (name !== EVERYTHING) type.names.add(name)
    if (isLegacy || subscribe.includes(EVERYTHING)) type.wildcard = true
    type.named ||= subscribe.length > 0
    type.isOpen = true
    this.#dropUnwanted(type)
    return this.#request(type, { subscribe, unsubscribe })
  }

  /**
   * Puts a response into effect: all that is valid in it, whatever else it holds. Returns what a NACK says where something
   * is refused; the versions of such a response are not kept.
   */
  receive(response: ClientResponse, refuses: Refuses = () => false): NackDetail | undefined {
    const type = this.#type(response.typeUrl)
    type.nonce = response.nonce
    type.givenUp.clear()
    const mine = response.resources.filter(({ name }) => this.isSubscribed(response.typeUrl, name))
    const refused = mine.filter(refuses)
    for (const name of this.#lost(type, response)) type.held.delete(name)
    for (const resource of mine) if (!refused.includes(resource)) type.held.set(resource.name, resource)
    if (refused.length > 0) {
      return { code: 13, message: `refused: ${refused.map(({ name }) => name).join(', ')}` }
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

  /** The first requests on a new stream, with what this client has accepted so far. */
  reconnect(): ClientRequest[] {
    const wanted = [...this.#types.values()].filter(({ wildcard, names }) => wildcard || names.size > 0)
    this.#types.clear()
    return wanted.map((type) => {
      const isLegacy = type.wildcard && !type.named
      const again = { ...type, givenUp: new Map(), nonce: '', isOpen: true }
      this.#types.set(type.typeUrl, again)
      const subscribe = isLegacy ? [] : this.#list(again)
      return { ...this.#request(again, { subscribe }), initialResourceVersions: new Map(type.accepted) }
    })
  }

  isSubscribed(typeUrl: string, name: string): boolean {
    const type = this.#types.get(typeUrl)
    return type !== undefined && (type.wildcard || type.names.has(name))
  }

  /** Whether the type was asked for on this stream. */
  isOpen(typeUrl: string): boolean {
    return this.#types.get(typeUrl)?.isOpen ?? false
  }

  /** In the state of the world nothing can be said that ends the legacy wildcard. */
  canUnsubscribe(typeUrl: string, name: string): boolean {
    const type = this.#types.get(typeUrl)
    if (type === undefined || !type.isOpen) return false
    return name !== EVERYTHING || type.named || this.protocol === 'delta'
  }

  /** Names asked for one by one. */
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

  /** Names and versions in responses that were accepted whole: what it will claim to hold. */
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

  #type(typeUrl: string): TypeState {
    let type = this.#types.get(typeUrl)
    if (type === undefined) {
      const resources = { held: new Map(), givenUp: new Map(), accepted: new Map() }
      const said = { wildcard: false, named: false, isOpen: false, version: '', nonce: '' }
      type = { typeUrl, names: new Set(), ...said, ...resources }
      this.#types.set(typeUrl, type)
    }
    return type
  }

  #request(
    type: TypeState,
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

  /** All that is wanted: the names, and the wildcard in the form that fits. */
  #list({ wildcard, named, names }: TypeState): string[] {
    return wildcard && named ? [EVERYTHING, ...names] : [...names]
  }

  #lost({ typeUrl, held }: TypeState, { resources, removed }: ClientResponse): readonly string[] {
    if (this.protocol === 'delta') return removed
    if (!WHOLE_TYPES.includes(typeUrl)) return []
    const present = new Set(resources.map(({ name }) => name))
    return [...held.keys()].filter((name) => !present.has(name))
  }

  #dropUnwanted({ typeUrl, held, accepted, givenUp }: TypeState): void {
    for (const [name, resource] of this.protocol === 'sotw' ? givenUp : []) {
      if (this.isSubscribed(typeUrl, name)) held.set(name, resource)
    }
    for (const [name, resource] of held) {
      if (this.isSubscribed(typeUrl, name)) continue
      held.delete(name)
      givenUp.set(name, resource)
    }
    for (const name of accepted.keys()) if (!this.isSubscribed(typeUrl, name)) accepted.delete(name)
  }
}
