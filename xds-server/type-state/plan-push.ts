// Plans what one type of a stream is sent now: the diff to the target snapshot, filtered by the subscription, plus requested names.

import { type SharedList, shareList } from '../../core/memo.ts'
import type { Reference } from '../snapshot/references.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { ResourceType } from '../snapshot/resource-type.ts'
import { namesReferredTo, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { diffTypes, type TypeDiff } from '../snapshot/type-snapshot.ts'
import { isSubscribed, type Subscription } from './subscription.ts'
import {
  type ClientResourceState,
  canRetry,
  isResource,
  type NackedResponse,
  selectNames,
  subscribedIn,
  type TypeState,
} from './type-state.ts'

const NO_NAMES: ReadonlySet<string> = new Set()

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
    requested: NO_NAMES,
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
