// What a change of a subscription does to the state of a type.

import { memoize, type SharedList } from '../../core/memo.ts'
import { collectionsIn, membersAmong } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'
import { releaseNacked } from './ledger.ts'
import { NOTHING_SENT } from './resource-errors.ts'
import type { Ledger } from './responses.ts'
import { isSubscribed, NO_NAMES, type SubscriptionChange, uncovered, unite, without } from './subscription.ts'
import type { TypeState } from './type-state.ts'
import { forgotten, type View, withUnknown } from './view.ts'

/**
 * The state after a client asks for `*` anew. It is sent everything, and the names that it had and that no longer exist are
 * removed. What is still on its way counts as had, too: the client will take it with its new subscription.
 */
export function askAnew(typeState: TypeState): TypeState {
  const { view, subscription, request, ledger } = typeState
  const onTheirWay = ledger.pending.flatMap(({ resources }) => resources.map(({ name }) => name))
  return {
    ...typeState,
    view: withUnknown(forgotten(view, subscription), onTheirWay),
    request: { ...request, isFirst: true },
    sentErrors: NOTHING_SENT,
  }
}

/** What the base has of collections, and the client has not if it did not subscribe to them before. */
function inBase(collections: ReadonlySet<string>, { base }: View): readonly string[] {
  return membersAmong(collections, base.resources.names())
}

/** The state after a subscription changed. `requested` are the names that have to be answered then. */
export function withSubscription(
  typeState: TypeState,
  { subscription, subscribed, unsubscribed }: SubscriptionChange,
  requested: ReadonlySet<string>,
): TypeState {
  const { request, view, ledger } = typeState
  const collections = collectionsIn(subscribed)
  const named =
    collections === undefined ? subscribed : new Set([...subscribed, ...inBase(collections, view)])
  const unread = uncovered(typeState.subscription, unreadAmong(subscribed, ledger))
  const added = without(
    unite(request.added, uncovered(typeState.subscription, named)),
    unite(unsubscribed, unread),
  )
  const isNarrower = unsubscribed.size > 0 || (typeState.subscription.wildcard && !subscription.wildcard)
  const isNarrowed = ledger.isNarrowed || (isNarrower && ledger.pending.length > 0)
  const kept = releaseNacked(typeState, (name) => !isSubscribed(subscription, name))
  const waiting = without(request.waiting, unsubscribed)
  return {
    ...kept,
    subscription,
    view: withUnknown(kept.view, unread),
    ledger: kept.ledger.isNarrowed === isNarrowed ? kept.ledger : { ...kept.ledger, isNarrowed },
    request: { ...request, names: requested, added, waiting },
  }
}

/** Those of the names that a pending response carries. The client takes them by that if it asks for them before it has read it. */
function unreadAmong(subscribed: ReadonlySet<string>, { pending, isNarrowed }: Ledger): ReadonlySet<string> {
  if (!isNarrowed) return NO_NAMES
  const unread = new Set<string>()
  for (const { resources, removed } of pending) {
    const carried = namesOf(resources)
    for (const name of subscribed) if (carried.has(name)) unread.add(name)
    for (const name of membersAmong(collectionsIn(subscribed), carried)) unread.add(name)
    for (const name of removed) unread.delete(name)
  }
  return unread
}

const namesOf = memoize(
  (resources: SharedList<Resource>): ReadonlySet<string> => new Set(resources.map(({ name }) => name)),
)
