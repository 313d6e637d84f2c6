// Names that a client asks for, that the newest snapshot lacks, and that the user of the library looks up: the client learns that they
// do not exist only when the lookup is over. A name that comes meanwhile is pushed like any other.

import { membersOf } from '../snapshot/collections.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { isServedByDomain } from '../snapshot/virtual-host-domains.ts'
import { NO_NAMES, unite, without } from '../type-state/subscription.ts'
import { heldIn } from '../type-state/view.ts'
import { type Step, type StreamState, withTypeState } from './stream.ts'

/**
 * The state after a request for names of a type: those that the snapshot lacks are not answered yet.
 * @param before the state before the request: names that had to be answered then have been looked up
 */
export function awaitAbsent(
  before: StreamState,
  state: StreamState,
  typeUrl: string,
): Pick<Step, 'state' | 'lookUp'> {
  const typeState = state.typeStates.get(typeUrl)
  if (!state.looksUp || typeState === undefined) return { state }
  const { request, subscription, view } = typeState
  const isAbsent = (name: string) =>
    subscription.names.has(name) &&
    !isServed(state.snapshot, typeUrl, name) &&
    heldIn(view, name, request.added).kind === 'absent'
  const asked = without(request.names, before.typeStates.get(typeUrl)?.request.names ?? NO_NAMES)
  const absent = new Set([...asked].filter(isAbsent))
  if (absent.size === 0) return { state }
  const known = state.awaited.get(typeUrl) ?? NO_NAMES
  const names = without(absent, known)
  const waiting = { ...typeState, request: { ...request, names: without(request.names, absent) } }
  return {
    state: withAwaited(withTypeState(state, waiting), typeUrl, unite(known, names)),
    ...(names.size > 0 && { lookUp: { typeUrl, names } }),
  }
}

/** Whether the snapshot has the resource, or a resource of the glob collection, or another virtual host that serves it. */
function isServed(snapshot: Snapshot | undefined, typeUrl: string, name: string): boolean {
  if (snapshot === undefined) return false
  const type = typeIn(snapshot, typeUrl)
  if (type.resources.has(name) || membersOf(type, name).length > 0) return true
  return typeUrl === VIRTUAL_HOST && isServedByDomain(snapshot, name)
}

/** The state with a new snapshot: calls whose host a new virtual host serves, under another name, are answered with it. */
export function requestFound(state: StreamState): StreamState {
  const awaited = state.awaited.get(VIRTUAL_HOST)
  const typeState = state.typeStates.get(VIRTUAL_HOST)
  if (awaited === undefined || awaited.size === 0 || typeState === undefined) return state
  const { snapshot } = state
  const { request, subscription } = typeState
  const isFound = (name: string) =>
    subscription.names.has(name) && snapshot !== undefined && isServedByDomain(snapshot, name)
  const found = new Set([...awaited].filter(isFound))
  if (found.size === 0) return state
  const requested = { ...typeState, request: { ...request, names: unite(request.names, found) } }
  return withAwaited(withTypeState(state, requested), VIRTUAL_HOST, without(awaited, found))
}

/** The state after a lookup: names that the client still asks for, and that do not exist, are answered. */
export function endAwait(state: StreamState, typeUrl: string, names: ReadonlySet<string>): StreamState {
  const awaited = state.awaited.get(typeUrl) ?? NO_NAMES
  const ended = withAwaited(state, typeUrl, without(awaited, names))
  const typeState = state.typeStates.get(typeUrl)
  if (typeState === undefined) return ended
  const { request, subscription } = typeState
  const isAbsent = (name: string) =>
    awaited.has(name) && subscription.names.has(name) && !isServed(state.snapshot, typeUrl, name)
  const absent = new Set([...names].filter(isAbsent))
  // A client of everything has what was pushed meanwhile, also if it is gone again.
  const added = subscription.wildcard ? request.added : unite(request.added, absent)
  return withTypeState(ended, {
    ...typeState,
    request: { ...request, names: unite(request.names, absent), added },
  })
}

function withAwaited(state: StreamState, typeUrl: string, names: ReadonlySet<string>): StreamState {
  return { ...state, awaited: new Map(state.awaited).set(typeUrl, names) }
}
