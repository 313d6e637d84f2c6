// A stream that is to end. Pushes wait, so that the client answers what it was sent and the stream ends; they reach the client by its
// next stream. What the client asks for meanwhile is answered, from the newest snapshot if the stream's own one lacks it.

import { typeIn } from '../snapshot/snapshot.ts'
import type { Report, StreamState } from './stream.ts'

/** The state of a stream that is to end: pushes go no further than the newest snapshot of now. */
export function ending(state: StreamState): StreamState {
  return { ...state, endsAt: { snapshot: state.snapshot } }
}

/** The state in which a client is answered: the newest snapshot counts. */
export function caughtUp(state: StreamState): StreamState {
  return state.endsAt === undefined ? state : ending(state)
}

/** The state after a request: the newest snapshot counts if that asks for what the stream's own one lacks. An answer alone asks for nothing. */
export function caughtUpIfAsked(
  before: StreamState,
  state: StreamState,
  reports: readonly Report[],
): StreamState {
  if (state.endsAt === undefined) return state
  const { snapshot } = state.endsAt
  const isAsked = reports.some((report) => {
    if (report.kind !== 'subscribed') return false
    const { typeUrl, added } = report
    if (snapshot === undefined || !before.typeStates.has(typeUrl)) return true
    const { resources } = typeIn(snapshot, typeUrl)
    return [...added].some((name) => !resources.has(name))
  })
  return isAsked ? ending(state) : state
}

/** The state that pushes see: an ending stream goes no further than its own snapshot. Nothing is answered without one, as on any stream. */
export function withinReach(state: StreamState): StreamState {
  const { endsAt, snapshot } = state
  return endsAt === undefined || snapshot === undefined ? state : { ...state, snapshot: endsAt.snapshot }
}
