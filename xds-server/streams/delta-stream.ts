// The machine of an incremental (delta) stream: responses carry changes, each has an answer of its own, and requests add and
// remove names.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds

import { EMPTY_LIST } from '../../core/memo.ts'
import { ENDPOINT, VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { askAnew, withSubscription } from '../type-state/change-subscription.ts'
import { findPending, settle } from '../type-state/ledger.ts'
import type { PushPlan } from '../type-state/plan-push.ts'
import { type SubscriptionChange, subscribeToChange, unite, without } from '../type-state/subscription.ts'
import { createTypeState, type TypeState } from '../type-state/type-state.ts'
import { type View, withUnknown } from '../type-state/view.ts'
import { drainAfterReconnect } from './drain.ts'
import { reportedView } from './reported.ts'
import type { DeltaRequest } from './requests.ts'
import { type ResponseContent, splitContent } from './response-size.ts'
import { MAX_PENDING_RESPONSES, type Protocol, type ResponseDraft } from './step.ts'
import { reportAnswer, reportSubscription, type Step, type StreamState, withTypeState } from './stream.ts'
import { sortAbsentHosts } from './virtual-hosts.ts'

type Received = Omit<Step, 'send'>

export const deltaRules: Protocol<DeltaRequest> = {
  receive,
  mayRespond: ({ ledger }) => ledger.pending.length < MAX_PENDING_RESPONSES,
  compose,
}

function compose(before: TypeState, { upserts, removed, target }: PushPlan): readonly ResponseDraft[] {
  const { request, subscription, view, type } = before
  // A new wildcard client waits for a response even if there are no resources. A client that reconnects with resources does not.
  const isAnswer = request.isFirst && subscription.wildcard && view.overrides.size === 0
  if (upserts.length === 0 && removed.length === 0 && !isAnswer) return []
  if (type.typeUrl !== VIRTUAL_HOST) return draftsOf(target, splitContent(upserts, removed))
  const absent = sortAbsentHosts(before, removed)
  const isRest = upserts.length + absent.removed.length > 0 || absent.unknown.length === 0
  return [
    ...(isRest ? draftsOf(target, splitContent(upserts, absent.removed)) : []),
    ...(absent.unknown.length === 0 ? [] : draftsOf(target, splitContent(EMPTY_LIST, absent.unknown))).map(
      (draft) => ({ ...draft, isWithoutContent: true }),
    ),
  ]
}

function draftsOf(
  { version }: PushPlan['target'],
  contents: readonly ResponseContent[],
): readonly ResponseDraft[] {
  return contents.map((content) => ({ ...content, version, changedResources: content.resources }))
}

function receive(state: StreamState, request: DeltaRequest): Received {
  const known = state.typeStates.get(request.typeUrl)
  if (known === undefined) return begin(state, request)
  return takeNames(answer(state, known, request), request)
}

/** Applies the ACK or NACK in a request. A request with an unknown nonce answers nothing, but its subscriptions still count. */
function answer(state: StreamState, typeState: TypeState, request: DeltaRequest): Received {
  const { responseNonce, errorDetail, typeUrl } = request
  if (responseNonce === '') return { state, report: [] }
  const pending = findPending(typeState, responseNonce)
  if (pending === undefined) return { state, report: [{ kind: 'stale', typeUrl, nonce: responseNonce }] }
  const after = settle(typeState, pending, errorDetail)
  return { state: withTypeState(state, after), report: [reportAnswer(pending, errorDetail)] }
}

/** Applies the subscriptions in a request. */
function takeNames({ state, report }: Received, request: DeltaRequest): Received {
  const typeState = state.typeStates.get(request.typeUrl)
  if (typeState === undefined) return { state, report }
  const { subscription, type } = typeState
  const change = subscribeToChange(subscription, { ...request, first: false }, type.legacyWildcard)
  if (change.subscription === subscription) return { state, report }
  const next = applyChange(change.wildcardBegan ? askAnew(typeState) : typeState, change)
  return {
    state: withTypeState(state, next),
    report: [...report, reportSubscription(next, change.subscribed, change.unsubscribed)],
  }
}

/** The first request of a type on a stream. A nonce in it is of an earlier stream and is ignored. */
function begin(state: StreamState, request: DeltaRequest): Received {
  const { typeUrl, initialResourceVersions } = request
  const created = createTypeState(typeUrl)
  const change = subscribeToChange(
    created.subscription,
    { ...request, first: true },
    created.type.legacyWildcard,
  )
  const view = clientView(state, typeUrl, initialResourceVersions)
  const subscribed = applyChange({ ...created, view }, change)
  // A client that reports what it has needs an answer for the rest only.
  const names = without(subscribed.request.names, new Set(view.overrides.keys()))
  const begun = { ...subscribed, request: { ...subscribed.request, names } }
  const warmingEds = typeUrl === ENDPOINT ? new Set<string>() : state.warmingEds
  const draining = drainAfterReconnect({ ...state, warmingEds }, begun)
  return {
    state: withTypeState(draining, begun),
    report: [reportSubscription(begun, change.subscribed, change.unsubscribed)],
  }
}

/**
 * What a client has that reconnects, by its `initial_resource_versions`. Assignments whose clusters were sent since count as
 * unknown, whatever it reports.
 */
function clientView(state: StreamState, typeUrl: string, reported: ReadonlyMap<string, string>): View {
  const view = reportedView(state, typeUrl, reported)
  if (typeUrl !== ENDPOINT) return view
  return withUnknown(view, state.warmingEds)
}

function applyChange(typeState: TypeState, change: SubscriptionChange): TypeState {
  const { subscription, subscribed, unsubscribed } = change
  const wanted = unite(typeState.request.names, subscribed)
  // A wildcard client keeps a resource that it unsubscribes from, so it is sent the resource again, or its removal.
  const names = subscription.wildcard ? unite(wanted, unsubscribed) : without(wanted, unsubscribed)
  return withSubscription(typeState, change, names)
}
