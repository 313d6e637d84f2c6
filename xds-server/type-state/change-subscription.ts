// What a change of a subscription does to the state of a type.

import { collectionsIn, membersAmong } from '../snapshot/collections.ts'
import { releaseNacked } from './ledger.ts'
import { NOTHING_SENT } from './resource-errors.ts'
import { isSubscribed, type SubscriptionChange, uncovered, unite, without } from './subscription.ts'
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
  const { request, view } = typeState
  const collections = collectionsIn(subscribed)
  const named =
    collections === undefined ? subscribed : new Set([...subscribed, ...inBase(collections, view)])
  const added = without(unite(request.added, uncovered(typeState.subscription, named)), unsubscribed)
  const kept = releaseNacked(typeState, (name) => !isSubscribed(subscription, name))
  const waiting = without(request.waiting, unsubscribed)
  return { ...kept, subscription, request: { ...request, names: requested, added, waiting } }
}
