// The order of an aggregated stream: supply before the listeners that use it, then routes, and what is no longer used goes last.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations

import type { Reference } from '../snapshot/references.ts'
import { CLUSTER, ENDPOINT, type ResourceType, STAGES } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { isSubscribed, unite } from '../type-state/subscription.ts'
import {
  ackedThrough,
  computeDue,
  type Delivery,
  type Due,
  earliest,
  groundOf,
  isActive,
  type Moment,
  type Response,
  snapshotsInUse,
} from '../type-state/type-state.ts'
import { type Report, type Step, type StreamEvent, type StreamState, withDelivery } from './stream.ts'

/** Responses of a type that may wait for their answers: a client that reads without answering gets no more. */
export const MAX_FLIGHTS = 100

/** Where the two protocols differ: in what a request does, and in how what is due is told. */
export interface Protocol<Request> {
  /** The state after a request, before anything is sent. */
  readonly receive: (state: StreamState, request: Request) => Omit<Step, 'send'>
  readonly mayRespond: (delivery: Delivery) => boolean
  /** The responses that carry what is due, none where the client need not hear of it. */
  readonly compose: (before: Delivery, due: Due) => readonly ResponsePart[]
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

/** Sends all that is due and allowed now. What is held back stays in the state and is computed anew when its time comes. */
function flush<Request>(before: StreamState, reported: readonly Report[], protocol: Protocol<Request>): Step {
  const latest = before.snapshot
  if (latest === undefined || !before.writable) return { state: before, send: [], report: reported }
  let state = before
  const send: Response[] = []
  const serve = (typeUrl: string) => {
    const delivery = state.deliveries.get(typeUrl)
    if (delivery === undefined || isSettled(delivery, latest) || !protocol.mayRespond(delivery)) return
    const due = computeDue(delivery, momentFor(state, latest, delivery.type))
    const responses = protocol
      .compose(delivery, due)
      .map((part, index): Response => ({ typeUrl, nonce: `${state.nextNonce + index}`, ...part }))
    state = withDelivery(
      { ...state, nextNonce: state.nextNonce + responses.length },
      afterSending(delivery, due.after, responses),
    )
    if (typeUrl === CLUSTER && responses.length > 0) state = rewarm(state, delivery, due)
    send.push(...responses)
  }
  for (const typeUrl of state.deliveries.keys()) serve(typeUrl)
  // Removals that were held back go last: listeners and routes may have come to do without them, with nothing to send.
  for (const [typeUrl, { apart }] of state.deliveries) if (apart.size > 0) serve(typeUrl)
  const sent = send.map((response): Report => ({ kind: 'sent', typeUrl: response.typeUrl, response }))
  return { state, send, report: [...reported, ...sent] }
}

/** Nothing can be due: most steps of a stream are answers to a push that needs no other. */
function isSettled({ pushed, answerDue, owed, apart, refusals }: Delivery, latest: Snapshot): boolean {
  const isIdle = owed.size === 0 && apart.size === 0 && refusals.length === 0
  return pushed === latest && !answerDue && isIdle
}

/** What was asked for was not had before. */
function groundFor(delivery: Delivery): Snapshot | undefined {
  return delivery.answerDue || delivery.owed.size > 0 ? undefined : groundOf(delivery)
}

function afterSending(before: Delivery, after: Delivery, responses: readonly Response[]): Delivery {
  const last = responses.at(-1)
  if (last === undefined) return after
  const grounds = { from: groundFor(before), over: before.pushed }
  const flights = [...after.flights, ...responses.map((response) => ({ ...response, ...grounds }))]
  const removed = new Set(responses.flatMap((response) => response.removed))
  const apart =
    removed.size === 0 ? after.apart : new Map([...after.apart].filter(([name]) => !removed.has(name)))
  return { ...after, apart, flights, lastNonce: last.nonce }
}

/**
 * Envoy takes a changed cluster for a new one, which warms until its endpoints come; it does not ask for them again. So
 * the assignment of each cluster that is sent follows at once, changed or not.
 */
function rewarm(state: StreamState, clusters: Delivery, { upserts }: Due): StreamState {
  const endpoints = state.deliveries.get(ENDPOINT)
  // Only a client that holds clusters from an earlier stream will claim assignments, and these are not to be believed.
  if (endpoints === undefined && clusters.apart.size === 0) return state
  const names = upserts.flatMap(({ references }) =>
    references.filter(({ typeUrl }) => typeUrl === ENDPOINT).map(({ name }) => name),
  )
  if (endpoints === undefined) return { ...state, rewarmed: new Set([...state.rewarmed, ...names]) }
  const owed = names.filter((name) => isSubscribed(endpoints.subscription, name))
  return withDelivery(state, { ...endpoints, owed: unite(endpoints.owed, new Set(owed)) })
}

/**
 * How far a type may be pushed: through the newest snapshot whose earlier stages the client has ACKed. Only types that
 * the stream has asked for are waited for.
 */
function momentFor(state: StreamState, latest: Snapshot, type: ResourceType): Moment {
  const stage = stageOf(type)
  const limit = earliest([latest, ...waitedFor(state, (other) => stageOf(other) < stage).map(ackedThrough)])
  const common = { latest, limit, unsettled: () => unsettledIn(state) }
  if (stage > 0) return { ...common, isRemovable: () => true }
  const isUsed = (typeUrl: string, name: string) =>
    waitedFor(state, (other) => stageOf(other) > 0)
      .flatMap(snapshotsInUse)
      .some((snapshot) => snapshot === undefined || typeIn(snapshot, typeUrl).resources.has(name))
  return { ...common, isRemovable: (typeUrl, name) => !isUsed(typeUrl, name) }
}

function* unsettledIn({ deliveries }: StreamState): Iterable<Reference> {
  for (const [typeUrl, { flights, refusals }] of deliveries) {
    for (const { removed } of flights) for (const name of removed) yield { typeUrl, name }
    for (const { content } of refusals) for (const name of content.keys()) yield { typeUrl, name }
  }
}

function stageOf({ stage }: ResourceType): number {
  return STAGES.indexOf(stage)
}

function waitedFor(
  { deliveries }: StreamState,
  counts: (type: ResourceType) => boolean,
): readonly Delivery[] {
  return [...deliveries.values()].filter((one) => isActive(one) && counts(one.type))
}
