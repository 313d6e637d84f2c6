// What one stream has asked for of one type: immutable, one state machine for the legacy wildcard, `*` and names.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return

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
  readonly asked: readonly string[]
  /** Names that it gave up. */
  readonly dropped: readonly string[]
  /** The wildcard began with this request. */
  readonly wildcardBegan: boolean
}

export const NOTHING: Subscription = { wildcard: false, names: new Set(), named: false }

export function isSubscribed({ wildcard, names }: Subscription, name: string): boolean {
  return wildcard || names.has(name)
}

/** A state-of-the-world request lists all that the client wants from now on. */
export function subscribeToList(
  before: Subscription,
  resourceNames: readonly string[],
  legacyWildcard: boolean,
): SubscriptionChange {
  const legacy = resourceNames.length === 0 && legacyWildcard && !before.named
  const wildcard = legacy || resourceNames.includes('*')
  const named = before.named || resourceNames.length > 0
  const names = new Set(resourceNames)
  names.delete('*')
  const asked = [...names].filter((name) => !before.names.has(name))
  const dropped = [...before.names].filter((name) => !names.has(name))
  const unchanged = asked.length === 0 && dropped.length === 0
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
    readonly subscribe: readonly string[]
    readonly unsubscribe: readonly string[]
    readonly first: boolean
  },
  legacyWildcard: boolean,
): SubscriptionChange {
  const { subscribe, unsubscribe, first } = change
  const legacy = first && subscribe.length === 0 && legacyWildcard
  if (!legacy && subscribe.length === 0 && unsubscribe.length === 0) {
    return { subscription: before, asked: [], dropped: [], wildcardBegan: false }
  }
  // Names in both lists are wanted: a client that gives up and asks anew in one request needs the answer.
  const asked = [...new Set(subscribe)].filter((name) => name !== '*')
  const wanted = new Set(asked)
  const dropped = [...new Set(unsubscribe)].filter((name) => name !== '*' && !wanted.has(name))
  const names = new Set([...before.names, ...asked])
  for (const name of dropped) names.delete(name)
  const asksForAll = legacy || subscribe.includes('*')
  const wildcard = asksForAll || (before.wildcard && !unsubscribe.includes('*'))
  return {
    subscription: { wildcard, names, named: before.named || subscribe.length > 0 },
    asked,
    dropped,
    wildcardBegan: asksForAll,
  }
}
