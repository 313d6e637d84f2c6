// Clients that subscribe to everything by name, as gRPC does. Such a client ACKs a route before it asks for the route's clusters, and
// uses the old ones until it has the new ones. So a name goes when all that its newest resources need is asked for and ACKed.

import type { ClientKind, Reference, ResourceReference } from '../snapshot/references.ts'
import { CLUSTER, ENDPOINT, LISTENER, type ResourceType, ROUTE, RUNTIME } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { isOpenEnded, isSubscribed } from '../type-state/subscription.ts'
import { isActive, type TypeState } from '../type-state/type-state.ts'
import type { StreamState } from './stream.ts'

const GRPC: readonly ClientKind[] = ['grpc-client', 'grpc-server']

/** Types that gRPC asks for once something refers to them. Of another client, only those count that it subscribes to. */
const FOLLOWED: readonly string[] = [CLUSTER, ENDPOINT, ROUTE, LISTENER]

/** Whether a client by name has asked for, and ACKed, all that its subscriptions lead to. Always true for other clients. */
export function isAnswered(state: StreamState, type: ResourceType): boolean {
  const { snapshot, typeStates } = state
  const own = typeStates.get(type.typeUrl)
  if (snapshot === undefined || own === undefined || !isByName(state)) return true
  // No resource refers to a runtime layer, so what the client has yet to ask for uses none.
  if (type.typeUrl === RUNTIME) return true
  // After a reconnect, gRPC may ask for clusters first. Its listeners and routes still use what it has.
  const isGrpc = state.client === 'grpc' && state.isAggregated
  if (isGrpc && !typeStates.has(LISTENER)) return false
  const isAsked = ({ typeUrl, askedBy }: ResourceReference) => {
    if (isGrpc && !askedBy.some((kind) => GRPC.includes(kind))) return false
    const typeState = typeStates.get(typeUrl)
    return (typeState !== undefined && isActive(typeState)) || (isGrpc && FOLLOWED.includes(typeUrl))
  }
  for (const { typeUrl, name } of neededNames(state, snapshot, isAsked)) {
    const typeState = typeStates.get(typeUrl)
    if (typeState === undefined || !isSettled(typeState, name)) return false
  }
  return true
}

function isByName({ typeStates }: StreamState): boolean {
  return typeStates.values().every(({ subscription }) => !isOpenEnded(subscription))
}

function isSettled({ subscription, request, ledger }: TypeState, name: string): boolean {
  if (!isSubscribed(subscription, name) || request.names.has(name)) return false
  return !ledger.pending.some(({ changedResources }) => changedResources.some((one) => one.name === name))
}

/** What the client's resources in the newest snapshot refer to, of types that it asks for. What does not exist is not needed. */
function* neededNames(
  { typeStates }: StreamState,
  snapshot: Snapshot,
  isAsked: (reference: ResourceReference) => boolean,
): Iterable<Reference> {
  for (const { type, subscription } of typeStates.values()) {
    for (const subscribed of subscription.names) {
      for (const reference of typeIn(snapshot, type.typeUrl).resources.get(subscribed)?.references ?? []) {
        const isServed = typeIn(snapshot, reference.typeUrl).resources.has(reference.name)
        if (isServed && isAsked(reference)) yield reference
      }
    }
  }
}
