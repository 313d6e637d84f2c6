// What one stream subscribes to of one type: one immutable state machine for the legacy wildcard, `*` and names.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return

import { EMPTY_LIST, memoize, memoizePair, type SharedList } from '../../core/memo.ts'
import { collectionsIn, covers, membersAmong, shared } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'

export interface Subscription {
  /** All resources of the type, by `*` or by the legacy form. */
  readonly wildcard: boolean
  /** Names that are subscribed one by one, with the wildcard or without it. A glob collection stands for its resources. */
  readonly names: ReadonlySet<string>
  /** SotW: the client has named a resource on this stream. From then on an empty list means nothing, not everything. */
  readonly legacyWildcardOff: boolean
  /** VHDS: those of the names that the client did not write. They are the answers to others, which are their aliases. */
  readonly byAlias?: ReadonlySet<string>
}

export interface SubscriptionChange {
  readonly subscription: Subscription
  /** Names that this request subscribes to and that need an answer. */
  readonly subscribed: ReadonlySet<string>
  /** Names that this request unsubscribes from. */
  readonly unsubscribed: ReadonlySet<string>
  /** The wildcard began with this request. */
  readonly wildcardBegan: boolean
}

export const NO_NAMES: ReadonlySet<string> = new Set()

export const NOTHING: Subscription = { wildcard: false, names: NO_NAMES, legacyWildcardOff: false }

export function isSubscribed({ wildcard, names }: Subscription, name: string): boolean {
  return wildcard || covers(names, name)
}

/**
 * The subscribed resources of a list. It is the list itself if that is all of them, and streams with the same names share it otherwise,
 * so that its encoding stays shared too.
 */
export function subscribedAmong(
  resources: SharedList<Resource>,
  { wildcard, names }: Pick<Subscription, 'wildcard' | 'names'>,
): SharedList<Resource> {
  const [first] = resources
  if (wildcard || first === undefined) return resources
  if (resources.length > 1) return namedAmong(resources, names)
  // Most pushes change one resource: to look at it costs less than to look up a result.
  return covers(names, first.name) ? resources : EMPTY_LIST
}

const namedAmong = memoizePair((resources: SharedList<Resource>, names: ReadonlySet<string>) =>
  shared(resources, (name) => covers(names, name)),
)

/** Whether it covers names that the client does not list, by the wildcard or by a glob collection. */
export function isOpenEnded({ wildcard, names }: Pick<Subscription, 'wildcard' | 'names'>): boolean {
  return wildcard || collectionsIn(names) !== undefined
}

/** Whether the client lists no resource: only the wildcard, or only glob collections. */
export function listsNoResource({ wildcard, names }: Subscription): boolean {
  return wildcard ? names.size === 0 : collectionsIn(names)?.size === names.size
}

/** The names of a list without the wildcard: one set for all streams that sent the same list. */
const namesIn = memoize(
  (list: SharedList<string>): ReadonlySet<string> => new Set(list.filter((name) => name !== '*')),
)

/** The union. It is the first set itself if the second is empty, so that it stays shared. */
export function unite(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (b.size === 0) return a
  return a.size === 0 ? b : new Set([...a, ...b])
}

/** The first without the second. It is the first set itself if one of them is empty, so that it stays shared. */
export function without(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (a.size === 0 || b.size === 0) return a
  return a === b ? NO_NAMES : new Set([...a].filter((name) => !b.has(name)))
}

/** Those of the names that the subscription does not cover. */
export function uncovered(subscription: Subscription, names: ReadonlySet<string>): ReadonlySet<string> {
  if (subscription.wildcard) return NO_NAMES
  const rest = without(names, subscription.names)
  const covered = membersAmong(collectionsIn(subscription.names), rest)
  return without(rest, new Set(covered))
}

/**
 * Those of the names that a change unsubscribes from and the subscription still covers, by the wildcard or by a glob collection, and
 * those that it lists and that were in a collection that is unsubscribed. A client may drop such a resource, so it needs it again.
 */
export function stillCovered(
  subscription: Subscription,
  unsubscribed: ReadonlySet<string>,
): ReadonlySet<string> {
  if (subscription.wildcard) return unsubscribed
  const inCollections = membersAmong(collectionsIn(subscription.names), unsubscribed)
  const listed = membersAmong(collectionsIn(unsubscribed), subscription.names)
  return inCollections.length + listed.length === 0 ? NO_NAMES : new Set([...inCollections, ...listed])
}

/**
 * The change by a state-of-the-world request, which lists everything that the client wants from now on. `remaining` is what lists
 * that were not answered left of the subscription (`narrowToList`): the rest of it has to be answered if this list has it.
 */
export function subscribeToList(
  before: Subscription,
  resourceNames: SharedList<string>,
  legacyWildcard: boolean,
  remaining: Subscription = before,
): SubscriptionChange {
  const legacy = resourceNames.length === 0 && legacyWildcard && !remaining.legacyWildcardOff
  const wildcard = legacy || resourceNames.includes('*')
  const legacyWildcardOff = remaining.legacyWildcardOff || resourceNames.length > 0
  const names = namesIn(resourceNames)
  const subscribed = without(names, remaining.names)
  const unsubscribed = without(before.names, names)
  const unchanged = subscribed.size === 0 && unsubscribed.size === 0
  return {
    subscription: { wildcard, names: unchanged ? before.names : names, legacyWildcardOff },
    subscribed,
    unsubscribed,
    wildcardBegan: wildcard && !remaining.wildcard,
  }
}

/**
 * What a list leaves of a subscription, without what it adds. It is the same subscription if the list leaves nothing out, as a list
 * with everything does.
 */
export function narrowToList(
  before: Subscription,
  resourceNames: SharedList<string>,
  legacyWildcard: boolean,
): Subscription {
  const { subscription, unsubscribed } = subscribeToList(before, resourceNames, legacyWildcard)
  if (subscription.wildcard || (!before.wildcard && unsubscribed.size === 0)) return before
  return { ...subscription, names: without(before.names, unsubscribed) }
}

/** The change by an incremental request. `first` is true for the first request of the type on the stream. */
export function subscribeToChange(
  before: Subscription,
  change: {
    readonly subscribe: SharedList<string>
    readonly unsubscribe: SharedList<string>
    readonly first: boolean
  },
  legacyWildcard: boolean,
): SubscriptionChange {
  const { subscribe, unsubscribe, first } = change
  const legacy = first && subscribe.length === 0 && legacyWildcard
  if (!legacy && subscribe.length === 0 && unsubscribe.length === 0) {
    return { subscription: before, subscribed: NO_NAMES, unsubscribed: NO_NAMES, wildcardBegan: false }
  }
  // A name in both lists is subscribed: a client that unsubscribes and subscribes in one request needs the answer.
  const subscribed = namesIn(subscribe)
  const unsubscribed = without(namesIn(unsubscribe), subscribed)
  const subscribesToAll = legacy || subscribe.includes('*')
  const wildcard = subscribesToAll || (before.wildcard && !unsubscribe.includes('*'))
  return {
    subscription: {
      wildcard,
      names: without(unite(before.names, subscribed), unsubscribed),
      legacyWildcardOff: before.legacyWildcardOff,
      ...(before.byAlias && { byAlias: without(before.byAlias, unite(subscribed, unsubscribed)) }),
    },
    subscribed,
    unsubscribed,
    wildcardBegan: subscribesToAll,
  }
}
