// A stream that is to end. Pushes wait, so that the client answers what it was sent and the stream ends; they reach the client by its
// next stream. What the client asks for meanwhile is answered from the newest snapshot.

import { typeIn } from '../snapshot/snapshot.ts'
import type { Report, Step, StreamState } from './stream.ts'

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

/** Pushes no further than the stream may go. Its status still compares what the client has with the newest snapshot. */
export function pushWithin(state: StreamState, push: (state: StreamState) => Step): Step {
  const { endsAt, snapshot } = state
  if (endsAt === undefined) return push(state)
  const step = push({ ...state, snapshot: endsAt.snapshot })
  return { ...step, state: { ...step.state, snapshot } }
}
