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
      return { state: { ...state, writable: false }, send: [], report: [] }
    case 'writable':
      return flush({ ...state, writable: true }, [], protocol)
    case 'snapshot':
      return flush({ ...state, snapshot: event.snapshot }, [], protocol)
    case 'drained': {
      const drains = state.drains.filter(({ nonce }) => nonce !== event.nonce)
      return flush({ ...state, drains }, [], protocol)
    }
    case 'resumed':
      return flush({ ...state, resumption: 'over' }, [], protocol)
    case 'lookedUp':
      return flush(withoutLookups(state, event.typeUrl, event.names), [], protocol)
    case 'heartbeat':
      return keepAlive(protocol, state, event)
    case 'request': {
      const { state: received, report } = protocol.receive(state, event.request)
      const drained = withDrains(received, report)
      if (!state.looksUp) return flush(drained, report, protocol)
      const { state: lookingUp, ...more } = lookUpAbsent(state, drained, event.request.typeUrl)
      return { ...flush(lookingUp, report, protocol), ...more }
    }
  }
}

/** A heartbeat, or everything that has it anew. */
function keepAlive<Request extends OfType>(
  protocol: Protocol<Request>,
  state: StreamState,
  event: Expiry & { readonly isLate: boolean },
): Step {
  if (!state.writable) return { state, send: [], report: [] }
  const heartbeat = heartbeatFor(state, event, protocol.composeHeartbeat)
  if (heartbeat === undefined) return { state, send: [], report: [] }
  const { typeUrl, ttlMs } = event
  if (event.isLate || heartbeat === 'anew') return flush(withExpired(state, typeUrl, ttlMs), [], protocol)
  const report: Report = { kind: 'heartbeat', typeUrl, response: heartbeat }
  return { state: { ...state, nextNonce: state.nextNonce + 1 }, send: [heartbeat], report: [report] }
}

/** Sends everything that may be sent now. The rest is not queued: it is planned again, from the newest snapshot, at a later step. */
function flush<Request extends OfType>(
  before: StreamState,
  reported: readonly Report[],
  protocol: Protocol<Request>,
): Step {
  const latest = before.snapshot
  if (latest === undefined || !before.writable) return { state: before, send: [], report: reported }
  let state = before
  const send: Response[] = []
  const serve = (typeUrl: string) => {
    const pushed = pushType(state, typeUrl, latest, protocol)
    state = pushed.state
    send.push(...pushed.send)
  }
  for (const { type } of before.typeStates.values()) serve(type.typeUrl)
  // Retry removals at the end: listeners and routes may no longer use them, even if nothing was sent for those types. What is sent
  // with a removal may be a cluster, whose endpoints follow.
  for (const { type } of before.typeStates.values()) {
    const { view, request } = state.typeStates.get(type.typeUrl) ?? {}
    if (view?.overrides.size || request?.names.size || request?.waiting.size) serve(type.typeUrl)
  }
  if (send.length === 0) return { state, send, report: reported }
  const sent = send.map((response): Report => ({ kind: 'sent', typeUrl: response.typeUrl, response }))
  return { state, send, report: [...reported, ...sent] }
}

/** Plans, composes and commits what one type is sent now. */
function pushType<Request extends OfType>(
  state: StreamState,
  typeUrl: string,
  latest: Snapshot,
  protocol: Protocol<Request>,
): Pick<Step, 'state' | 'send'> {
  const known = state.typeStates.get(typeUrl)
  const nothing = { state, send: [] }
  if (known === undefined || isUpToDate(known, latest)) return nothing
  const mayPush = protocol.mayRespond(known)
  if (!mayPush && !awaitsOnlyErrors(known)) return nothing
  if (isSameInLatest(known, latest) && !hasNewErrors(state, known, latest)) {
    const moved = withPushed(known, pushTarget(state, latest, known))
    return { state: moved === known ? state : withTypeState(state, moved), send: [] }
  }
  const asked = requestAtStart(known, latest)
  const planWith = (context: PushContext) => {
    const typeState = sortRequested(state, asked, context)
    const plan = planPush(typeState, context)
    return { typeState, plan, drafts: protocol.compose(typeState, plan) }
  }
  const context = pushContextFor(state, latest, known)
  let { typeState, plan, drafts } = planWith(context)
  if (drafts.length > 0 && mustWait(state, latest, typeState, drafts)) {
    ;({ typeState, plan, drafts } = planWith({ ...context, target: known.pushed, isStageOpen: false }))
    if (!asksForMore(typeState)) return nothing
  }
  if (!mayPush && drafts.length > 0) return nothing
  const ttls = sendsTtls(state, typeState.type) ? { ttls: 'carried' as const } : undefined
  const send = drafts.map(
    (draft, index): Response => ({ ...draft, ...ttls, typeUrl, nonce: `${state.nextNonce + index}` }),
  )
  const nextNonce = state.nextNonce + send.length
  const after = withTypeState({ ...state, nextNonce }, commit(typeState, plan, send))
  if (send.length === 0) return { state: after, send }
  if (typeUrl === CLUSTER) return { state: resendEdsForWarming(after, typeState, send), send }
  return { state: resendVirtualHosts(after, latest, send), send }
}

function hasNewErrors({ explain }: StreamState, { type, sentErrors }: TypeState, latest: Snapshot): boolean {
  return explain !== undefined && errorsIn(latest, type.typeUrl) !== sentErrors.given
}
