// What a client has when its stream begins: what it reports, except for what it NACKed on an earlier stream.

import { memoizePair, memoizeTexts } from '../../core/memo.ts'
import { collectionsIn, withoutCollections } from '../snapshot/collections.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { retiredResource, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { emptyTypeSnapshot } from '../snapshot/type-snapshot.ts'
import { type Held, holding, UNKNOWN } from '../type-state/held.ts'
import type { Subscription } from '../type-state/subscription.ts'
import { subscribedIn } from '../type-state/type-state.ts'
import { NO_OVERRIDES, type View } from '../type-state/view.ts'
import type { StreamState } from './stream.ts'

/** What the state of a new stream says about the client. */
type Beginning = Pick<StreamState, 'snapshot' | 'unconfirmed'>

/** `reported`: names that the client still has, with their versions if it told them. */
export function reportedView(
  { snapshot, unconfirmed }: Beginning,
  typeUrl: string,
  reported: Iterable<readonly [string, string | undefined]>,
): View {
  const overrides = new Map<string, Held>()
  for (const [name, version] of reported) {
    const retired = snapshot && retiredResource(snapshot, typeUrl, name)
    if (retired !== undefined && (version === undefined || retired.version === version)) {
      // It is out of the snapshot, but its content is still at hand if the client may not lose it yet.
      overrides.set(name, holding(retired))
    } else {
      overrides.set(name, version === undefined ? UNKNOWN : { kind: 'claimed', version })
    }
  }
  for (const name of unconfirmed.get(typeUrl) ?? []) overrides.set(name, UNKNOWN)
  return { base: emptyTypeSnapshot(typeUrl), overrides }
}

/** The view of a SotW client, which lists names without versions. Streams that list the same names share it. */
export function listedView(state: Beginning, typeUrl: string, names: ReadonlySet<string>): View {
  const { snapshot, unconfirmed } = state
  if (snapshot === undefined || unconfirmed.has(typeUrl))
    return reportedView(state, typeUrl, unversioned(names))
  return listedIn(names, snapshot)(typeUrl)
}

const listedIn = memoizePair((names: ReadonlySet<string>, snapshot: Snapshot) =>
  memoizeTexts(MAX_TYPES_OF_LIST, (typeUrl) =>
    reportedView({ snapshot, unconfirmed: new Map() }, typeUrl, unversioned(names)),
  ),
)

/** Types for which the same list is kept: clients choose both, and nearly every list is of one type. */
const MAX_TYPES_OF_LIST = 4

function unversioned(names: ReadonlySet<string>): readonly (readonly [string, undefined])[] {
  return withoutCollections(names).map((name) => [name, undefined])
}

/**
 * The view of `reportedView`, for a client that reports all that it subscribes to and nothing else: it has the newest snapshot, except for the
 * versions that differ. When a server restarts, that is nearly every client, and only these few names are looked at one by one.
 * Undefined for any other client.
 */
export function resumedView(
  { snapshot, unconfirmed }: StreamState,
  typeUrl: string,
  subscription: Subscription,
  reported: ReadonlyMap<string, string>,
): View | undefined {
  // A glob collection may have no resources, and then it needs an answer.
  if (snapshot === undefined || reported.size === 0 || collectionsIn(subscription.names)) return undefined
  const base = typeIn(snapshot, typeUrl)
  const subscribed = subscribedIn(base, subscription)
  const { wildcard, names } = subscription
  if (subscribed.length !== reported.size || names.size !== (wildcard ? 0 : subscribed.length))
    return undefined
  const overrides = new Map<string, Held>()
  for (const { name, version: served, ttlMs } of subscribed) {
    const version = reported.get(name)
    if (version === undefined) return undefined
    // Nobody knows how much of a TTL is left.
    if (version !== served || ttlMs !== undefined) overrides.set(name, { kind: 'claimed', version })
  }
  for (const name of unconfirmed.get(typeUrl) ?? []) overrides.set(name, UNKNOWN)
  return { base, overrides, isResumed: true }
}

/**
 * What a SotW client has that reports a version of all clusters which is still known. So those that are gone can be sent once more
 * while routes use them. Undefined for any other client.
 */
export function formerView(
  { sentClusters }: StreamState,
  typeUrl: string,
  { wildcard, names }: Subscription,
  version: string | undefined,
): View | undefined {
  if (typeUrl !== CLUSTER || version === undefined || !wildcard || names.size > 0) return undefined
  const base = sentClusters(version)
  if (base === undefined) return undefined
  return { base, overrides: NO_OVERRIDES, isResumed: true }
}
