// Names that a client asks for, that the newest snapshot lacks, and that the user of the library looks up: the client learns that they
// do not exist only when the lookup is over. A name that comes meanwhile is pushed like any other.

import { membersOf } from '../snapshot/collections.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
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

/** The state after a lookup: names that the client still asks for, and that do not exist, are answered. */
export function endAwait(state: StreamState, typeUrl: string, names: ReadonlySet<string>): StreamState {
  const ended = withAwaited(state, typeUrl, without(state.awaited.get(typeUrl) ?? NO_NAMES, names))
  const typeState = state.typeStates.get(typeUrl)
  if (typeState === undefined) return ended
  const { request, subscription } = typeState
  const isAbsent = (name: string) => subscription.names.has(name) && !isServed(state.snapshot, typeUrl, name)
  const absent = new Set([...names].filter(isAbsent))
  return withTypeState(ended, {
    ...typeState,
    request: { ...request, names: unite(request.names, absent), added: unite(request.added, absent) },
  })
}

/** Whether the snapshot has the resource, or a resource of the glob collection. */
function isServed(snapshot: Snapshot | undefined, typeUrl: string, name: string): boolean {
  if (snapshot === undefined) return false
  const type = typeIn(snapshot, typeUrl)
  return type.resources.has(name) || membersOf(type, name).length > 0
}

function withAwaited(state: StreamState, typeUrl: string, names: ReadonlySet<string>): StreamState {
  return { ...state, awaited: new Map(state.awaited).set(typeUrl, names) }
}
