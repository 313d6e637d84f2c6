// What one stream has asked for of one type: immutable, one state machine for the legacy wildcard, `*` and names.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return

import { memoize, type SharedList } from '../../core/memo.ts'

export interface Subscription {
  /** Everything of the type, by `*` or by the legacy form. */
  readonly wildcard: boolean
  /** Names asked for one by one, beside the wildcard or without it. */
  readonly names: ReadonlySet<string>
  /** Once a name was given, an empty list means nothing, not everything. */
  readonly named: boolean
}

export interface SubscriptionChange {
  readonly subscription: Subscription
  /** Names that the client asked for in this request and that want an answer. */
  readonly asked: ReadonlySet<string>
  /** Names that it gave up. */
  readonly dropped: ReadonlySet<string>
  /** The wildcard began with this request. */
  readonly wildcardBegan: boolean
}

const none: ReadonlySet<string> = new Set()

export const NOTHING: Subscription = { wildcard: false, names: none, named: false }

export function isSubscribed({ wildcard, names }: Subscription, name: string): boolean {
  return wildcard || names.has(name)
}

/** The names of a list without the wildcard: one set for all streams that sent the same list. */
const namesIn = memoize(
  (list: SharedList<string>): ReadonlySet<string> =>
    list.length === 0 ? none : new Set(list.filter((name) => name !== '*')),
)

/** Both together; the very set that there was where the other adds nothing, so that it stays shared. */
export function unite(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (b.size === 0) return a
  return a.size === 0 ? b : new Set([...a, ...b])
}

/** The first without the second; the very set that there was where that takes nothing. */
export function without(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (a.size === 0 || b.size === 0) return a
  return a === b ? none : new Set([...a].filter((name) => !b.has(name)))
}

/** A state-of-the-world request lists all that the client wants from now on. */
export function subscribeToList(
  before: Subscription,
  resourceNames: SharedList<string>,
  legacyWildcard: boolean,
): SubscriptionChange {
  const legacy = resourceNames.length === 0 && legacyWildcard && !before.named
  const wildcard = legacy || resourceNames.includes('*')
  const named = before.named || resourceNames.length > 0
  const names = namesIn(resourceNames)
  const asked = without(names, before.names)
  const dropped = without(before.names, names)
  const unchanged = asked.size === 0 && dropped.size === 0
  return {
    subscription: { wildcard, names: unchanged ? before.names : names, named },
    asked,
    dropped,
    wildcardBegan: wildcard && !before.wildcard,
  }
}

/** An incremental request adds and takes away; `first` is the first of its type on the stream. */
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
    return { subscription: before, asked: none, dropped: none, wildcardBegan: false }
  }
  // Names in both lists are wanted: a client that gives up and asks anew in one request needs the answer.
  const asked = namesIn(subscribe)
  const dropped = without(namesIn(unsubscribe), asked)
  const asksForAll = legacy || subscribe.includes('*')
  const wildcard = asksForAll || (before.wildcard && !unsubscribe.includes('*'))
  return {
    subscription: {
      wildcard,
      names: without(unite(before.names, asked), dropped),
      named: before.named || subscribe.length > 0,
    },
    asked,
    dropped,
    wildcardBegan: asksForAll,
  }
}
