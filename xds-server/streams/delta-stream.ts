// The machine of an incremental (delta) stream: responses carry changes, each has an answer of its own, and requests add and
// remove names.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds

import { ENDPOINT } from '../snapshot/resource-type.ts'
import {
  isSubscribed,
  type SubscriptionChange,
  subscribeToChange,
  unite,
  without,
} from '../type-state/subscription.ts'
import {
  type ClientResourceState,
  createTypeState,
  findPending,
  type TypeState,
  withEmptyBase,
  withoutNacked,
} from '../type-state/type-state.ts'
import { MAX_PENDING_RESPONSES, type Protocol, step } from './push-order.ts'
import type { DeltaRequest } from './requests.ts'
import { splitContent } from './response-size.ts'
import {
  applyAnswer,
  type Report,
  reportSubscription,
  type Step,
  type StreamEvent,
  type StreamState,
  withTypeState,
} from './stream.ts'

/** One step of an incremental stream; pure. */
export function stepDelta(state: StreamState, event: StreamEvent<DeltaRequest>): Step {
  return step(delta, state, event)
}

const delta: Protocol<DeltaRequest> = {
  receive,
  mayRespond: ({ pendingResponses }) => pendingResponses.length < MAX_PENDING_RESPONSES,
  compose: (before, { upserts, removed, after }) => {
    // A new wildcard client waits for a response even if there are no resources. A client that reconnects with resources does not.
    const isAnswer = before.awaitsFirstResponse && before.subscription.wildcard && before.overrides.size === 0
    if (upserts.length === 0 && removed.length === 0 && !isAnswer) return []
    const { version } = after.base
    return splitContent(upserts, removed).map((content) => ({
      version,
      changedResources: content.resources,
      ...content,
    }))
  },
}

function receive(state: StreamState, request: DeltaRequest): { state: StreamState; report: Report[] } {
  const known = state.typeStates.get(request.typeUrl)
  if (known === undefined) return begin(state, request)
  const { typeState: answered, report } = answer(known, request)
  const change = subscribeToChange(
    answered.subscription,
    { ...request, first: false },
    answered.type.legacyWildcard,
  )
  if (change.subscription === answered.subscription) return { state: withTypeState(state, answered), report }
  const typeState = applyChange(change.wildcardBegan ? withEmptyBase(answered) : answered, change)
  return { state: withTypeState(state, typeState), report: [...report, reportSubscription(typeState)] }
}

/** Applies the ACK or NACK in a request. A request with an unknown nonce answers nothing, but its subscriptions still count. */
function answer(typeState: TypeState, request: DeltaRequest): { typeState: TypeState; report: Report[] } {
  const { responseNonce, errorDetail, typeUrl } = request
  if (responseNonce === '') return { typeState, report: [] }
  const pendingResponse = findPending(typeState, responseNonce)
  if (pendingResponse === undefined)
    return { typeState, report: [{ kind: 'stale', typeUrl, nonce: responseNonce }] }
  const answered = applyAnswer(typeState, pendingResponse, errorDetail)
  return { typeState: answered.typeState, report: [answered.report] }
}

/** The first request of a type on a stream. A nonce in it is of an earlier stream and is ignored. */
function begin(state: StreamState, request: DeltaRequest): { state: StreamState; report: Report[] } {
  const created = createTypeState(request.typeUrl)
  const change = subscribeToChange(
    created.subscription,
    { ...request, first: true },
    created.type.legacyWildcard,
  )
  const typeState = withClientVersions(state, applyChange(created, change), request.initialResourceVersions)
  const warmingEds = request.typeUrl === ENDPOINT ? new Set<string>() : state.warmingEds
  return {
    state: withTypeState({ ...state, warmingEds }, typeState),
    report: [reportSubscription(typeState)],
  }
}

/**
 * Applies `initial_resource_versions`: a client that reconnects reports what it has and is sent the difference. Names in a
 * response that this node NACKed, and assignments whose clusters were sent since, count as unknown whatever it reports.
 */
function withClientVersions(
  state: StreamState,
  typeState: TypeState,
  initialResourceVersions: ReadonlyMap<string, string>,
): TypeState {
  const { typeUrl } = typeState.type
  const overrides = new Map<string, ClientResourceState>()
  for (const [name, version] of initialResourceVersions) overrides.set(name, { version })
  for (const name of state.unconfirmed.get(typeUrl) ?? []) overrides.set(name, 'unknown')
  if (typeUrl === ENDPOINT) for (const name of state.warmingEds) overrides.set(name, 'unknown')
  return { ...typeState, overrides, requested: without(typeState.requested, new Set(overrides.keys())) }
}

function applyChange(
  typeState: TypeState,
  { subscription, subscribed, unsubscribed }: SubscriptionChange,
): TypeState {
  const wanted = unite(typeState.requested, subscribed)
  // A wildcard client keeps a resource that it unsubscribes from, so it is sent the resource again, or its removal.
  const requested = subscription.wildcard ? unite(wanted, unsubscribed) : without(wanted, unsubscribed)
  return { ...withoutNacked(typeState, (name) => !isSubscribed(subscription, name)), subscription, requested }
}
