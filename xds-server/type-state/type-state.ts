// The state of one resource type on one stream: what the client subscribes to, what it has, and which responses are un-ACKed.
// It is immutable, and small because it refers to shared snapshots.

import { EMPTY_LIST, memoizePair, type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import { type ResourceType, resourceTypeOf } from '../snapshot/resource-type.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { emptyTypeSnapshot, type TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { isSubscribed, NOTHING, type Subscription } from './subscription.ts'

/** What the client has for a resource name: a resource we sent, a version it reported on reconnect, or unknown. */
export type ClientResourceState = Resource | { readonly version: string } | 'unknown'

/** A response to send, before encoding. Its resources are shared with other streams. */
export interface Response {
  readonly typeUrl: string
  readonly nonce: string
  readonly version: string
  readonly resources: SharedList<Resource>
  /** Those of `resources` that the client did not have before. In a full-state SotW response that is a part, else all. */
  readonly changedResources: readonly Resource[]
  /** Names that this response deletes at the client. Delta lists them; SotW leaves them out of the resources. */
  readonly removed: readonly string[]
}

/** A response that was sent and that the client has neither ACKed nor NACKed. */
export interface PendingResponse extends Response {
  /** The newest snapshot that the client had ACKed completely before this response, or undefined. */
  readonly ackedBaseline: Snapshot | undefined
  /** The snapshot that was pushed before this response. It may be in effect until the client answers. */
  readonly previousBaseline: Snapshot | undefined
}

/** A NACKed response. Envoy may have applied part of it, so its resources are unknown until a later ACK. */
export interface NackedResponse {
  readonly nonce: string
  readonly version: string
  readonly ackedBaseline: Snapshot | undefined
  readonly previousBaseline: Snapshot | undefined
  readonly code: number
  readonly message: string
  /** The NACKed content: name → version, or undefined for a name that the response removed. */
  readonly content: ReadonlyMap<string, string | undefined>
  /** A later pending response already carries other content for some of its names. */
  readonly isSuperseded: boolean
}

export interface TypeState {
  readonly type: ResourceType
  readonly subscription: Subscription
  /** What the client has of its subscription: the content of this snapshot… */
  readonly base: TypeSnapshot
  /** …except for these names. */
  readonly overrides: ReadonlyMap<string, ClientResourceState>
  /** Names that the client asked for. They are answered even if the client already has them. */
  readonly requested: ReadonlySet<string>
  /** The first request of the type has no response yet. */
  readonly awaitsFirstResponse: boolean
  /** Everything of this snapshot that the stream subscribes to was sent. */
  readonly pushed: Snapshot | undefined
  /** The nonce of the last response. Empty before the first one. */
  readonly lastNonce: string
  /** SotW: the `version_info` that a reconnecting client reported, until its first request is answered. */
  readonly clientVersion: string | undefined
  /** SotW: `resource_names` of the last request. The same list again changes nothing. */
  readonly lastResourceNames: SharedList<string>
  /** The version that the client last ACKed. */
  readonly ackedVersion: string | undefined
  readonly pendingResponses: readonly PendingResponse[]
  readonly nackedResponses: readonly NackedResponse[]
}

export function createTypeState(typeUrl: string): TypeState {
  return {
    type: resourceTypeOf(typeUrl),
    subscription: NOTHING,
    base: emptyTypeSnapshot(typeUrl),
    overrides: new Map(),
    requested: new Set(),
    awaitsFirstResponse: true,
    pushed: undefined,
    lastNonce: '',
    clientVersion: undefined,
    lastResourceNames: EMPTY_LIST,
    ackedVersion: undefined,
    pendingResponses: [],
    nackedResponses: [],
  }
}

/**
 * The state after the client asks for `*` anew: it is sent everything, and the names that it had and that no longer exist are
 * removed.
 */
export function withEmptyBase(typeState: TypeState): TypeState {
  const { type, subscription, base, overrides } = typeState
  const had = [...base.resources.names(), ...overrides.keys()].filter((name) =>
    isSubscribed(subscription, name),
  )
  const unknown = new Map(had.map((name) => [name, 'unknown' as const]))
  return {
    ...typeState,
    base: emptyTypeSnapshot(type.typeUrl),
    overrides: unknown,
    awaitsFirstResponse: true,
  }
}

/** Whether the stream subscribes to anything of the type. Pushes do not wait for ACKs of other types. */
export function isActive({ subscription }: TypeState): boolean {
  return subscription.wildcard || subscription.names.size > 0
}

/** Whether one of the NACKed names has other content now. Then the rest of the NACKed response is sent again with it. */
export function canRetry(
  { content, isSuperseded }: NackedResponse,
  servedVersion: (name: string) => string | undefined,
): boolean {
  return isSuperseded || [...content].some(([name, version]) => servedVersion(name) !== version)
}

/** Whether we have the content, not only the version. */
export function isResource(held: ClientResourceState): held is Resource {
  return held !== 'unknown' && 'value' in held
}

/** All resources of a subscription, ordered by name. Subscriptions with the same set of names share one list. */
export function subscribedIn(type: TypeSnapshot, { wildcard, names }: Subscription): SharedList<Resource> {
  return wildcard ? type.list : selectNames(type, names).present
}

export const selectNames = memoizePair((type: TypeSnapshot, names: ReadonlySet<string>) => {
  const absent = [...names].filter((name) => !type.resources.has(name))
  const isAll = names.size - absent.length === type.resources.size
  const present = isAll ? type.list : shareList(type.list.filter(({ name }) => names.has(name)))
  return { present, absent }
})

/** Every snapshot that the client may have in effect for this type: the pushed one, and the baselines of un-ACKed responses. */
export function snapshotsInUse({
  pushed,
  pendingResponses,
  nackedResponses,
}: TypeState): readonly (Snapshot | undefined)[] {
  return [
    pushed,
    ...[...pendingResponses, ...nackedResponses].flatMap(({ ackedBaseline, previousBaseline }) => [
      ackedBaseline,
      previousBaseline,
    ]),
  ]
}

/** The newest snapshot whose resources of this type the client has ACKed completely. NACKed responses do not count. */
export function ackedThrough(typeState: TypeState): Snapshot | undefined {
  return earliest(snapshotsInUse(typeState))
}

/** The ACKed baseline of the next response. Earlier pending responses have baselines of their own. */
export function ackedBaselineOf(typeState: TypeState): Snapshot | undefined {
  return ackedThrough({ ...typeState, pendingResponses: [] })
}

/** The oldest of some snapshots. Undefined if one of them is, because that means "before every snapshot". */
export function earliest(snapshots: readonly (Snapshot | undefined)[]): Snapshot | undefined {
  let oldest: Snapshot | undefined
  for (const snapshot of snapshots) {
    if (snapshot === undefined) return undefined
    if (oldest === undefined || snapshot.sequence < oldest.sequence) oldest = snapshot
  }
  return oldest
}

/** The pending response with a nonce. Undefined if no pending response has it. */
export function findPending(typeState: TypeState, nonce: string): PendingResponse | undefined {
  return typeState.pendingResponses.find((pendingResponse) => pendingResponse.nonce === nonce)
}

/** The state after an ACK, which confirms every name in its response. */
export function ack(typeState: TypeState, pendingResponse: PendingResponse): TypeState {
  const accepted = {
    ...typeState,
    ackedVersion: pendingResponse.version,
    pendingResponses: typeState.pendingResponses.filter((one) => one !== pendingResponse),
  }
  if (typeState.nackedResponses.length === 0) return accepted
  const confirmed = new Set(namesIn(pendingResponse))
  return withoutNacked(accepted, (name) => confirmed.has(name))
}

/** The state after a NACK. Names that a later pending response carries with other content are left to that one's answer. */
export function nack(
  typeState: TypeState,
  pendingResponse: PendingResponse,
  error: { readonly code: number; readonly message: string },
): TypeState {
  // Later responses were built on the NACKed one, so their ACKed baseline is not newer than its own.
  const pendingResponses = typeState.pendingResponses
    .filter((one) => one !== pendingResponse)
    .map((one) => ({ ...one, ackedBaseline: earliest([one.ackedBaseline, pendingResponse.ackedBaseline]) }))
  const later = new Map(
    typeState.pendingResponses
      .slice(typeState.pendingResponses.indexOf(pendingResponse) + 1)
      .flatMap(changesIn),
  )
  const changes = changesIn(pendingResponse)
  const content = new Map(
    changes.filter(([name, version]) => !later.has(name) || later.get(name) === version),
  )
  if (content.size === 0) return { ...typeState, pendingResponses }
  const { nonce, version, ackedBaseline, previousBaseline } = pendingResponse
  const isSuperseded = content.size < changes.length
  const nackedResponse: NackedResponse = {
    nonce,
    version,
    ackedBaseline,
    previousBaseline,
    content,
    isSuperseded,
    ...error,
  }
  return { ...typeState, pendingResponses, nackedResponses: [...typeState.nackedResponses, nackedResponse] }
}

/** The state without some names in its NACKed responses. A NACKed response without names is dropped. */
export function withoutNacked(typeState: TypeState, isConfirmed: (name: string) => boolean): TypeState {
  const nackedResponses = typeState.nackedResponses
    .map((nackedResponse) => ({
      ...nackedResponse,
      content: new Map([...nackedResponse.content].filter(([name]) => !isConfirmed(name))),
    }))
    .filter(({ content }) => content.size > 0)
  return { ...typeState, nackedResponses }
}

/** Every name that a response adds, changes or removes. */
export function namesIn({ resources, removed }: Pick<PendingResponse, 'resources' | 'removed'>): string[] {
  return [...resources.map(({ name }) => name), ...removed]
}

/** What a response changes: name → version, or undefined for a name that it removes. */
function changesIn({
  changedResources,
  removed,
}: PendingResponse): readonly (readonly [string, string | undefined])[] {
  return [
    ...changedResources.map(({ name, version }) => [name, version] as const),
    ...removed.map((name) => [name, undefined] as const),
  ]
}
