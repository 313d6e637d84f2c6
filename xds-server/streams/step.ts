// One step of a stream: an event comes in, and what may be sent now goes out, type by type in the make-before-break order: clusters
// and endpoints, then listeners, then routes. Removals go last.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations

import { CLUSTER } from '../snapshot/resource-type.ts'
import { errorsIn, type Snapshot } from '../snapshot/snapshot.ts'
import { commit } from '../type-state/commit.ts'
import { type PushContext, type PushPlan, planPush } from '../type-state/plan-push.ts'
import type { Response } from '../type-state/responses.ts'
import {
  awaitsOnlyErrors,
  isSameInLatest,
  isUpToDate,
  type TypeState,
  withPushed,
} from '../type-state/type-state.ts'
import { withDrains } from './drain.ts'
import { caughtUp, caughtUpIfAsked, ending, withinReach } from './ending.ts'
import { type ComposeHeartbeat, heartbeatFor, sendsTtls, withExpired } from './heartbeat.ts'
import { withMissing } from './missing.ts'
import { mustWait, pushContextFor, pushTarget } from './push-context.ts'
import { asksForMore } from './resumption.ts'
import {
  type Expiry,
  type Report,
  type Step,
  type StreamEvent,
  type StreamState,
  withTypeState,
} from './stream.ts'
import { requestAtStart, resendVirtualHosts } from './virtual-hosts.ts'
import { lookUpAbsent, sortRequested, withoutLookups } from './waiting.ts'
import { resendEdsForWarming } from './warming.ts'

/** Pending responses of one type at most. A client that reads without answering gets no more. */
export const MAX_PENDING_RESPONSES = 100

const NO_EFFECT: Pick<Step, 'send' | 'report'> = { send: [], report: [] }

interface OfType {
  readonly typeUrl: string
}

/** Where SotW and delta differ: what a request does, and which responses carry a push. */
export interface Protocol<Request extends OfType> {
  /** The state after a request, before anything is sent. */
  readonly receive: (state: StreamState, request: Request) => Omit<Step, 'send'>
  readonly mayRespond: (typeState: TypeState) => boolean
  /** The second of the three steps of a push: the responses that carry the plan. Empty if the client needs none. */
  readonly compose: (before: TypeState, plan: PushPlan) => readonly ResponseDraft[]
  readonly composeHeartbeat: ComposeHeartbeat
}

export type ResponseDraft = Omit<Response, 'typeUrl' | 'nonce'>

/** One step of a stream; pure. */
export function step<Request extends OfType>(
  protocol: Protocol<Request>,
  state: StreamState,
  event: StreamEvent<Request>,
): Step {
  return withMissing(state, take(protocol, state, event))
}

function take<Request extends OfType>(
  protocol: Protocol<Request>,
  state: StreamState,
  event: StreamEvent<Request>,
): Step {
  switch (event.kind) {
    case 'blocked':
      return { state: { ...state, writable: false }, ...NO_EFFECT }
    case 'writable':
      return flush(protocol, { ...state, writable: true })
    case 'snapshot':
      return flush(protocol, { ...state, snapshot: event.snapshot })
    case 'ending':
      return flush(protocol, ending(state))
    case 'drained': {
      const drains = state.drains.filter(({ nonce }) => nonce !== event.nonce)
      return flush(protocol, { ...state, drains })
    }
    case 'resumed':
      return flush(protocol, { ...state, resumption: 'over' })
    case 'lookedUp':
      return flush(protocol, caughtUp(withoutLookups(state, event.typeUrl, event.names)))
    case 'heartbeat':
      return keepAlive(protocol, state, event)
    case 'request': {
      const { state: received, report } = protocol.receive(state, event.request)
      const drained = caughtUpIfAsked(state, withDrains(received, report), report)
      if (!state.looksUp) return flush(protocol, drained, report)
      const { state: lookingUp, ...more } = lookUpAbsent(state, drained, event.request.typeUrl)
      return { ...flush(protocol, lookingUp, report), ...more }
    }
  }
}

/** A heartbeat, or everything that has it anew. */
function keepAlive<Request extends OfType>(
  protocol: Protocol<Request>,
  state: StreamState,
  event: Expiry & { readonly isLate: boolean },
): Step {
  const heartbeat = state.writable ? heartbeatFor(state, event, protocol.composeHeartbeat) : undefined
  if (heartbeat === undefined) return { state, ...NO_EFFECT }
  const { typeUrl, ttlMs } = event
  if (event.isLate || heartbeat === 'anew') return flush(protocol, withExpired(state, typeUrl, ttlMs))
  const report: Report = { kind: 'heartbeat', typeUrl, response: heartbeat }
  return { state: { ...state, nextNonce: state.nextNonce + 1 }, send: [heartbeat], report: [report] }
}

/** Sends everything that may be sent now. The rest is not queued: it is planned again, from the newest snapshot, at a later step. */
function flush<Request extends OfType>(
  protocol: Protocol<Request>,
  state: StreamState,
  reported: readonly Report[] = NO_EFFECT.report,
): Step {
  const within = withinReach(state)
  const pushed = push(protocol, within, reported)
  // The status of the stream still compares what the client has with the newest snapshot.
  return within === state ? pushed : { ...pushed, state: { ...pushed.state, snapshot: state.snapshot } }
}

function push<Request extends OfType>(
  protocol: Protocol<Request>,
  before: StreamState,
  reported: readonly Report[],
): Step {
  const latest = before.snapshot
  if (latest === undefined || !before.writable) return { ...NO_EFFECT, state: before, report: reported }
  const send: Response[] = []
  const count = before.typeStates.size
  let state = before
  for (let at = 0; at < count; at += 1) state = pushType(state, at, latest, protocol, send)
  // Retry removals at the end: listeners and routes may no longer use them, even if nothing was sent for those types. What is sent
  // with a removal may be a cluster, whose endpoints follow.
  for (let at = 0; at < count; at += 1) {
    const one = state.typeStates.at(at)
    if (one && isOpen(one)) state = pushType(state, at, latest, protocol, send)
  }
  const sent = send.map((response): Report => ({ kind: 'sent', typeUrl: response.typeUrl, response }))
  return { state, send, report: [...reported, ...sent] }
}

/** Whether anything of a type may be due that the other types have kept from it. */
function isOpen({ view, request }: TypeState): boolean {
  return view.overrides.size + request.names.size + request.waiting.size > 0
}

/** Plans, composes and commits what the type at a place is sent now. Its responses are added to `send`. */
function pushType<Request extends OfType>(
  state: StreamState,
  place: number,
  latest: Snapshot,
  protocol: Protocol<Request>,
  send: Response[],
): StreamState {
  const known = state.typeStates.at(place)
  if (known === undefined || isUpToDate(known, latest)) return state
  const mayPush = protocol.mayRespond(known)
  if (!mayPush && !awaitsOnlyErrors(known)) return state
  if (isSameInLatest(known, latest) && !hasNewErrors(state, known, latest)) {
    const moved = withPushed(known, pushTarget(state, latest, known))
    return moved === known ? state : withTypeState(state, moved)
  }
  const asked = requestAtStart(known, latest, state)
  const context = pushContextFor(state, latest, known)
  let { typeState, plan, drafts } = draftType(protocol, state, asked, context)
  if (drafts.length > 0 && mustWait(state, latest, typeState, drafts)) {
    const held = { ...context, target: known.pushed, isStageOpen: false }
    ;({ typeState, plan, drafts } = draftType(protocol, state, asked, held))
    if (!asksForMore(typeState)) return state
  }
  if (!mayPush && drafts.length > 0) return state
  const { typeUrl } = typeState.type
  const ttls = sendsTtls(state, typeState.type) ? { ttls: 'carried' as const } : undefined
  const responses = drafts.map(
    (draft, index): Response => ({ ...draft, ...ttls, typeUrl, nonce: `${state.nextNonce + index}` }),
  )
  const committed = commit(typeState, plan, responses)
  const nextNonce = state.nextNonce + responses.length
  const after = { ...state, nextNonce, typeStates: state.typeStates.with(committed) }
  if (responses.length === 0) return after
  send.push(...responses)
  if (typeUrl === CLUSTER) return resendEdsForWarming(after, typeState, responses)
  return resendVirtualHosts(after, latest, responses)
}

/** The first two steps of a push. */
function draftType<Request extends OfType>(
  protocol: Protocol<Request>,
  state: StreamState,
  asked: TypeState,
  context: PushContext,
) {
  const typeState = sortRequested(state, asked, context)
  const plan = planPush(typeState, context)
  return { typeState, plan, drafts: protocol.compose(typeState, plan) }
}

function hasNewErrors({ explain }: StreamState, { type, sentErrors }: TypeState, latest: Snapshot): boolean {
  return explain !== undefined && errorsIn(latest, type.typeUrl) !== sentErrors.given
}
