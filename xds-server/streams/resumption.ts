// A client that reports content of an earlier stream: a change that was served meanwhile reaches it by its first answers, and these
// wait for their stages as a push does.
//
// Envoy asks for its types one after the other in the order in which it once began with them, and not for clusters while one of them
// is warming. So a stage also waits for clusters and endpoints that are served and not asked for yet, until a time is over: a client
// without them never asks.

import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  VIRTUAL_HOST,
} from '../snapshot/resource-type.ts'
import { namesReferredTo, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import type { Response } from '../type-state/responses.ts'
import { isOpenEnded } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { heldBackNames } from './held-back.ts'
import type { StreamState } from './stream.ts'

/** What listeners and routes need. */
const NEEDED = [CLUSTER, ENDPOINT]
/** What uses clusters and the like. */
const USERS = [EXTENSION_CONFIG, LISTENER, ROUTE, VIRTUAL_HOST]

/** The state after the first request of a type. */
export function withResumption(state: StreamState, { request }: TypeState): StreamState {
  const isResuming = request.reports && state.resumption === 'none' && isStaged(state)
  return isResuming ? { ...state, resumption: 'begun' } : state
}

/** gRPC asks for clusters once it has the routes, and its calls wait for them. */
function isStaged({ client, isAggregated }: StreamState): boolean {
  return isAggregated && client !== 'grpc'
}

/** Whether the first answer of a type is one to a client that has content, so that it waits for its stage. */
export function isResumed(state: StreamState, { request }: TypeState): boolean {
  return request.isFirst && request.reports && isStaged(state)
}

/** Delta: whether the client also asks for names that it reports nothing about. These are answered at once. */
export function asksForMore({ request, view }: TypeState): boolean {
  return request.names.size > 0 && view.hasUnlisted !== true
}

/** Whether the client has yet to ask for what its listeners and routes need. One that names its listeners asks for these first. */
export function awaitsNeeded(state: StreamState, snapshot: Snapshot): boolean {
  if (state.resumption !== 'begun') return false
  const listeners = state.typeStates.get(LISTENER)?.subscription
  const isAwaited = (typeUrl: string) =>
    !state.typeStates.has(typeUrl) && typeIn(snapshot, typeUrl).resources.size > 0
  return (listeners === undefined || isOpenEnded(listeners)) && NEEDED.some(isAwaited)
}

/**
 * Whether the client has yet to ask for listeners, routes or the like, and may use anything until then. A drain time covers that too.
 * It also asks for what served resources refer to and the snapshot lacks.
 */
export function awaitsUsers(state: StreamState): boolean {
  const { isDraining, snapshot, resumption, typeStates } = state
  if (isDraining || snapshot === undefined || resumption !== 'begun') return false
  const isAsked = (typeUrl: string) =>
    typeIn(snapshot, typeUrl).resources.size > 0 ||
    [...snapshot.types.values()].some((one) => namesReferredTo(one).has(typeUrl))
  return USERS.some((typeUrl) => !typeStates.has(typeUrl) && isAsked(typeUrl))
}

/**
 * Whether these responses have something that waits for the answer to a NACK. In SotW a client lists what it has and what it lacks
 * alike, so all of its first answer waits.
 */
export function hasHeldBack(
  state: StreamState,
  latest: Snapshot,
  { type, view }: TypeState,
  drafts: readonly Pick<Response, 'changedResources'>[],
): boolean {
  if (view.hasUnlisted !== true) return false
  const heldBack = heldBackNames(state, latest, type)
  if (heldBack.size === 0) return false
  return drafts.some(({ changedResources }) => changedResources.some(({ name }) => heldBack.has(name)))
}
