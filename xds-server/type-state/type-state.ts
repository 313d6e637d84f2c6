// The state of one resource type on one stream: what the client subscribes to, what it has, and which responses are un-ACKed.
// It is immutable, and small because it refers to shared snapshots.

import { EMPTY_LIST, memoizePair, type SharedList, shareList } from '../../core/memo.ts'
import type { Reference } from '../snapshot/references.ts'
import type { Resource } from '../snapshot/resource.ts'
import { type ResourceType, resourceTypeOf } from '../snapshot/resource-type.ts'
import { namesReferredTo, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { diffTypes, emptyTypeSnapshot, type TypeDiff, type TypeSnapshot } from '../snapshot/type-snapshot.ts'
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
  /** The newest snapshot of which the client had ACKed everything before this response. Undefined if there is none. */
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
    requested: none,
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

/** What a push may do now: the newest snapshot, how far pushes may go, and which names may be removed. */
export interface PushContext {
  readonly latest: Snapshot
  readonly limit: Snapshot | undefined
  readonly isRemovable: (typeUrl: string, name: string) => boolean
  /** Resources that an un-ACKed response removes, or that a response carried which the client NACKed. */
  readonly unackedReferences: () => Iterable<Reference>
}

export interface PushPlan {
  readonly upserts: SharedList<Resource>
  readonly removed: readonly string[]
  /** The type's state after these are sent. */
  readonly after: TypeState
}

/** Plans what to send now: answers come from the newest snapshot, and pushes go no further than the limit. */
export function planPush(typeState: TypeState, context: PushContext): PushPlan {
  const { type, subscription, base, overrides, requested } = typeState
  const latest = typeIn(context.latest, type.typeUrl)
  const targetSnapshot = targetSnapshotOf(typeState, context)
  const target = targetSnapshot === undefined ? base : typeIn(targetSnapshot, type.typeUrl)
  const isPinned = target.contentVersion !== latest.contentVersion
  const diff = diffTypes(base, target)
  // A name that was answered ahead of the pushes keeps its content until they catch up: older content must not follow newer.
  const isAhead = (name: string) => isPinned && overrides.has(name) && !requested.has(name)
  const wantedOf = (name: string) => (requested.has(name) ? latest : target).resources.get(name)
  const nextContentFor = (nackedResponse: NackedResponse, name: string): ClientResourceState | undefined => {
    const wanted = wantedOf(name)
    if (wanted !== undefined || context.isRemovable(type.typeUrl, name)) return wanted
    // The NACKed content must not be sent again. A resource that is still in use goes back to its ACKed content.
    return ackedContentOf(nackedResponse, type, name)
  }
  const retryable = typeState.nackedResponses.filter((nackedResponse) =>
    canRetry(nackedResponse, (name) =>
      isAhead(name) ? nackedResponse.content.get(name) : versionOf(nextContentFor(nackedResponse, name)),
    ),
  )
  const after = {
    ...typeState,
    base: target,
    requested: none,
    awaitsFirstResponse: false,
    clientVersion: undefined,
    pushed: targetSnapshot ?? typeState.pushed,
  }
  if (overrides.size === 0 && retryable.length === 0) {
    if (requested.size === 0 && diff.removed.length === 0) {
      return { upserts: subscribedAmong(diff.changed, subscription), removed: [], after }
    }
    // A client without resources gets its whole subscription. Clients with equal subscriptions share one list.
    if (base.resources.size === 0 && !isPinned) {
      const removed = selectNames(target, requested).absent
      return { upserts: subscribedIn(target, subscription), removed, after }
    }
  }

  const upserts: Resource[] = []
  const restored: Resource[] = []
  const removed: string[] = []
  const keptOverrides = new Map<string, ClientResourceState>()
  for (const name of candidates(typeState, diff, retryable)) {
    if (!isSubscribed(subscription, name)) continue
    const nackedResponse = retryable.find(({ content }) => content.has(name))
    const held = nackedResponse
      ? ackedContentOf(nackedResponse, type, name)
      : (overrides.get(name) ?? base.resources.get(name))
    const isRequested = requested.has(name)
    const wanted = wantedOf(name)
    if (isAhead(name)) {
      keptOverrides.set(name, (nackedResponse ? undefined : held) ?? 'unknown')
    } else if (isRequested || nackedResponse !== undefined || !isHeld(held, wanted)) {
      if (wanted !== undefined) {
        upserts.push(wanted)
        if (!isHeld(wanted, target.resources.get(name))) keptOverrides.set(name, wanted)
      } else if (isKeepable(held, isRequested) && !context.isRemovable(type.typeUrl, name)) {
        if ((isRequested || nackedResponse) && isResource(held)) restored.push(held)
        keptOverrides.set(name, held)
      } else {
        removed.push(name)
      }
    }
  }
  const nackedResponses =
    retryable.length === 0
      ? typeState.nackedResponses
      : typeState.nackedResponses.filter((one) => !retryable.includes(one))
  const isWhole = restored.length === 0 && upserts.length === latest.resources.size && target === latest
  const all = isWhole ? latest.list : shareList([...upserts, ...restored])
  return { upserts: all, removed, after: { ...after, overrides: keptOverrides, nackedResponses } }
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

const none: ReadonlySet<string> = new Set()

/** The snapshot that a response brings the client to. It is never older than what was pushed. */
function targetSnapshotOf(
  { type, awaitsFirstResponse, pushed }: TypeState,
  context: PushContext,
): Snapshot | undefined {
  const { latest, limit, unackedReferences } = context
  if (awaitsFirstResponse) return latest
  if (limit === undefined || (pushed !== undefined && limit.sequence <= pushed.sequence)) return pushed
  if (limit === latest) return latest
  // Skip content that a newer snapshot replaces: what it refers to may be removed again, or NACKed.
  const target = typeIn(limit, type.typeUrl)
  const isCurrent = target.contentVersion === typeIn(latest, type.typeUrl).contentVersion
  if (!isCurrent) return pushed
  const needed = namesReferredTo(target)
  for (const { typeUrl, name } of unackedReferences()) if (needed.get(typeUrl)?.has(name)) return pushed
  return limit
}

/** The content of a name that the client had ACKed before it NACKed this response; `unknown` if it had ACKed none. */
function ackedContentOf(
  { ackedBaseline }: NackedResponse,
  { typeUrl }: ResourceType,
  name: string,
): ClientResourceState {
  return (ackedBaseline && typeIn(ackedBaseline, typeUrl).resources.get(name)) ?? 'unknown'
}

/** Whether one of the NACKed names has other content now. Then the rest of the NACKed response is sent again with it. */
export function canRetry(
  { content, isSuperseded }: NackedResponse,
  servedVersion: (name: string) => string | undefined,
): boolean {
  return isSuperseded || [...content].some(([name, version]) => servedVersion(name) !== version)
}

function* candidates(
  { overrides, requested }: TypeState,
  diff: TypeDiff,
  retryable: readonly NackedResponse[],
): Iterable<string> {
  const seen = new Set<string>()
  const once = function* (names: Iterable<string>) {
    for (const name of names) {
      if (seen.has(name)) continue
      seen.add(name)
      yield name
    }
  }
  for (const { name } of diff.changed) yield* once([name])
  yield* once(diff.removed)
  yield* once(overrides.keys())
  yield* once(requested)
  for (const { content } of retryable) yield* once(content.keys())
}

/** Whether a resource that is gone but in use can stay. If the client asked for it, we must have its content to send. */
function isKeepable(
  held: ClientResourceState | undefined,
  isRequested: boolean,
): held is ClientResourceState {
  return held !== undefined && (!isRequested || isResource(held))
}

/** Whether we have the content, not only the version. */
export function isResource(held: ClientResourceState): held is Resource {
  return held !== 'unknown' && 'value' in held
}

function versionOf(held: ClientResourceState | undefined): string | undefined {
  return held === 'unknown' ? undefined : held?.version
}

function isHeld(held: ClientResourceState | undefined, wanted: Resource | undefined): boolean {
  if (held === 'unknown') return false
  return held?.version === wanted?.version
}

/** The subscribed resources of a list. It is the list itself if that is all of them, so its encoding stays shared. */
function subscribedAmong(
  resources: SharedList<Resource>,
  { wildcard, names }: Subscription,
): SharedList<Resource> {
  if (wildcard) return resources
  const kept = resources.filter(({ name }) => names.has(name))
  return kept.length === resources.length ? resources : shareList(kept)
}

/** All resources of a subscription, ordered by name. Subscriptions with the same set of names share one list. */
export function subscribedIn(type: TypeSnapshot, { wildcard, names }: Subscription): SharedList<Resource> {
  return wildcard ? type.list : selectNames(type, names).present
}

const selectNames = memoizePair((type: TypeSnapshot, names: ReadonlySet<string>) => {
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

/** The newest snapshot of which the client has ACKed everything of this type. NACKed responses do not count. */
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
