// The make-before-break order of an aggregated stream: clusters and endpoints, then listeners, then routes. Removals
// go last.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations

import type { Reference } from '../snapshot/references.ts'
import { CLUSTER, ENDPOINT, type ResourceType, STAGES } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { type PushContext, type PushPlan, planPush } from '../type-state/plan-push.ts'
import { isSubscribed, unite } from '../type-state/subscription.ts'
import {
  ackedBaselineOf,
  ackedThrough,
  earliest,
  isActive,
  type Response,
  snapshotsInUse,
  type TypeState,
} from '../type-state/type-state.ts'
import { type Report, type Step, type StreamEvent, type StreamState, withTypeState } from './stream.ts'

/** Pending responses of one type at most. A client that reads without answering gets no more. */
export const MAX_PENDING_RESPONSES = 100

/** Where SotW and delta differ: what a request does, and which responses carry a push. */
export interface Protocol<Request> {
  /** The state after a request, before anything is sent. */
  readonly receive: (state: StreamState, request: Request) => Omit<Step, 'send'>
  readonly mayRespond: (typeState: TypeState) => boolean
  /** The responses that carry a push. Empty if the client needs none. */
  readonly compose: (before: TypeState, plan: PushPlan) => readonly ResponsePart[]
}

export type ResponsePart = Omit<Response, 'typeUrl' | 'nonce'>

/** One step of a stream; pure. */
export function step<Request>(
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
    case 'request': {
      const received = protocol.receive(state, event.request)
      return flush(received.state, received.report, protocol)
    }
  }
}

/** Sends everything that may be sent now. The rest is not queued: it is planned again, from the newest snapshot, at a later step. */
function flush<Request>(before: StreamState, reported: readonly Report[], protocol: Protocol<Request>): Step {
  const latest = before.snapshot
  if (latest === undefined || !before.writable) return { state: before, send: [], report: reported }
  let state = before
  const send: Response[] = []
  const serve = (typeUrl: string) => {
    const typeState = state.typeStates.get(typeUrl)
    if (typeState === undefined || isUpToDate(typeState, latest) || !protocol.mayRespond(typeState)) return
    const plan = planPush(typeState, pushContextFor(state, latest, typeState.type))
    const responses = protocol
      .compose(typeState, plan)
      .map((part, index): Response => ({ typeUrl, nonce: `${state.nextNonce + index}`, ...part }))
    state = withTypeState(
      { ...state, nextNonce: state.nextNonce + responses.length },
      afterSending(typeState, plan.after, responses),
    )
    if (typeUrl === CLUSTER && responses.length > 0) state = resendEdsForWarming(state, typeState, plan)
    send.push(...responses)
  }
  for (const typeUrl of state.typeStates.keys()) serve(typeUrl)
  // Retry removals at the end: listeners and routes may no longer use them, even if nothing was sent for those types.
  for (const [typeUrl, { overrides }] of state.typeStates) if (overrides.size > 0) serve(typeUrl)
  const sent = send.map((response): Report => ({ kind: 'sent', typeUrl: response.typeUrl, response }))
  return { state, send, report: [...reported, ...sent] }
}

/** Whether nothing can be due. Most events are ACKs of a push that needs no other, so this check saves most of the work. */
function isUpToDate(
  { pushed, awaitsFirstResponse, requested, overrides, nackedResponses }: TypeState,
  latest: Snapshot,
): boolean {
  const isIdle = requested.size === 0 && overrides.size === 0 && nackedResponses.length === 0
  return pushed === latest && !awaitsFirstResponse && isIdle
}

/** The ACKed baseline of the next response. A client that asks for resources has nothing of them to go back to. */
function ackedBaselineFor(typeState: TypeState): Snapshot | undefined {
  return typeState.awaitsFirstResponse || typeState.requested.size > 0
    ? undefined
    : ackedBaselineOf(typeState)
}

function afterSending(before: TypeState, after: TypeState, responses: readonly Response[]): TypeState {
  const last = responses.at(-1)
  if (last === undefined) return after
  const baselines = { ackedBaseline: ackedBaselineFor(before), previousBaseline: before.pushed }
  const pendingResponses = [
    ...after.pendingResponses,
    ...responses.map((response) => ({ ...response, ...baselines })),
  ]
  const removed = new Set(responses.flatMap((response) => response.removed))
  const overrides =
    removed.size === 0
      ? after.overrides
      : new Map([...after.overrides].filter(([name]) => !removed.has(name)))
  return { ...after, overrides, pendingResponses, lastNonce: last.nonce }
}

/**
 * Requests the endpoints of each cluster that is sent, changed or not. Envoy treats a changed cluster as a new one, which warms
 * until its endpoints arrive, and it does not subscribe to them again.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/cluster_manager#cluster-warming
 */
function resendEdsForWarming(state: StreamState, clusters: TypeState, { upserts }: PushPlan): StreamState {
  const endpoints = state.typeStates.get(ENDPOINT)
  // A client with clusters from an earlier stream will also report assignments. It needs these again, whatever it reports.
  if (endpoints === undefined && clusters.overrides.size === 0) return state
  const names = upserts.flatMap(({ references }) =>
    references.filter(({ typeUrl }) => typeUrl === ENDPOINT).map(({ name }) => name),
  )
  if (endpoints === undefined) return { ...state, warmingEds: new Set([...state.warmingEds, ...names]) }
  const requested = names.filter((name) => isSubscribed(endpoints.subscription, name))
  return withTypeState(state, { ...endpoints, requested: unite(endpoints.requested, new Set(requested)) })
}

/**
 * How far a type may be pushed: to the newest snapshot whose earlier stages the client has ACKed. Only types that the stream
 * subscribes to count.
 */
function pushContextFor(state: StreamState, latest: Snapshot, type: ResourceType): PushContext {
  const stage = stageOf(type)
  const limit = earliest([latest, ...waitedFor(state, (other) => stageOf(other) < stage).map(ackedThrough)])
  const common = { latest, limit, unackedReferences: () => unackedReferencesIn(state) }
  if (stage > 0) return { ...common, isRemovable: () => true }
  const isUsed = (typeUrl: string, name: string) =>
    waitedFor(state, (other) => stageOf(other) > 0)
      .flatMap(snapshotsInUse)
      .some((snapshot) => snapshot === undefined || typeIn(snapshot, typeUrl).resources.has(name))
  return { ...common, isRemovable: (typeUrl, name) => !isUsed(typeUrl, name) }
}

function* unackedReferencesIn({ typeStates }: StreamState): Iterable<Reference> {
  for (const [typeUrl, { pendingResponses, nackedResponses }] of typeStates) {
    for (const { removed } of pendingResponses) for (const name of removed) yield { typeUrl, name }
    for (const { content } of nackedResponses) for (const name of content.keys()) yield { typeUrl, name }
  }
}

function stageOf({ stage }: ResourceType): number {
  return STAGES.indexOf(stage)
}

function waitedFor(
  { typeStates }: StreamState,
  counts: (type: ResourceType) => boolean,
): readonly TypeState[] {
  return [...typeStates.values()].filter((one) => isActive(one) && counts(one.type))
}
