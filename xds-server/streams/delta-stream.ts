// The machine of an incremental (delta) stream: responses carry changes, each has an answer of its own, and requests add and
// remove names.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds

import { EMPTY_LIST, memoizePair, type SharedList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import { ENDPOINT, VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { collectionOf } from '../snapshot/xdstp-name.ts'
import { askAnew, withSubscription } from '../type-state/change-subscription.ts'
import { findPending, settle } from '../type-state/ledger.ts'
import type { PushPlan } from '../type-state/plan-push.ts'
import { spelledByClient, spellingsFor, spellingsOf } from '../type-state/spellings.ts'
import {
  NO_NAMES,
  type Subscription,
  type SubscriptionChange,
  stillCovered,
  subscribeToChange,
  unite,
  without,
} from '../type-state/subscription.ts'
import { createTypeState, type TypeState } from '../type-state/type-state.ts'
import { hasReported, type View, withUnknown } from '../type-state/view.ts'
import { listedRemovals } from './absent-filters.ts'
import { aliasesFor, askAliasesAgain, withUnreadAnswers } from './aliases.ts'
import { drainAfterReconnect } from './drain.ts'
import { type HeartbeatDraft, isHeartbeatNonce, withExpired } from './heartbeat.ts'
import { reportedView, resumedView } from './reported.ts'
import type { DeltaRequest } from './requests.ts'
import { type ResponseContent, splitContent } from './response-size.ts'
import { withResumption } from './resumption.ts'
import { separateAfterNack } from './separate-after-nack.ts'
import { MAX_PENDING_RESPONSES, type Protocol, type ResponseDraft } from './step.ts'
import { reportAnswer, reportSubscription, type Step, type StreamState, withTypeState } from './stream.ts'
import { sortAbsentHosts } from './virtual-hosts.ts'

type Received = Omit<Step, 'send'>

export const deltaRules: Protocol<DeltaRequest> = {
  receive,
  mayRespond: ({ ledger }) => ledger.pending.length < MAX_PENDING_RESPONSES,
  compose,
  composeHeartbeat,
}

function compose(before: TypeState, plan: PushPlan): readonly ResponseDraft[] {
  const { errors } = plan
  const drafts = composeContent(before, plan)
  const [first, ...others] = drafts
  if (first === undefined || errors.length === 0) return drafts
  const named = [...first.removed, ...errors.map(({ name }) => name)]
  return [{ ...first, errors, ...spelledIn(before, first.resources, named) }, ...others]
}

function composeContent(
  before: TypeState,
  { upserts, removed: absentNow, target, errors }: PushPlan,
): readonly ResponseDraft[] {
  const removed = listedRemovals(before, absentNow)
  const { request, subscription, view, type } = before
  // A new wildcard client waits for a response even if there are no resources. A client that reconnects with resources does not.
  const isAnswer = request.isFirst && subscription.wildcard && !hasReported(view)
  if (upserts.length === 0 && removed.length === 0 && errors.length === 0 && !isAnswer) return []
  if (removed.length === 0 && isWrittenPlainly(before, upserts)) return plainDrafts(target, upserts)
  const contents = (gone: readonly string[]) =>
    separateAfterNack(before, upserts, gone).flatMap((part) => splitContent(part.resources, part.removed))
  if (type.typeUrl !== VIRTUAL_HOST) return draftsOf(before, target, contents(removed))
  const absent = sortAbsentHosts(before, removed)
  const isRest = upserts.length + absent.removed.length > 0 || absent.unknown.length === 0
  return [
    ...(isRest ? draftsOf(before, target, contents(absent.removed)) : []),
    ...(absent.unknown.length === 0
      ? []
      : draftsOf(before, target, splitContent(EMPTY_LIST, absent.unknown))
    ).map((draft) => ({ ...draft, isWithoutContent: true })),
  ]
}

/** Whether resources are sent as every stream is sent them. */
function isWrittenPlainly(before: TypeState, upserts: SharedList<Resource>): boolean {
  const { type, view, ledger } = before
  if (type.typeUrl === VIRTUAL_HOST || view.overrides.size + ledger.nacked.length > 0) return false
  return spellingsFor(before, upserts, []) === undefined
}

/** Streams that are sent the same resources share their drafts. */
const plainDrafts = memoizePair(
  ({ version }: PushPlan['target'], upserts: SharedList<Resource>): readonly ResponseDraft[] =>
    splitContent(upserts, []).map((content) => ({
      ...content,
      version,
      changedResources: content.resources,
    })),
)

function draftsOf(
  before: TypeState,
  { version }: PushPlan['target'],
  contents: readonly ResponseContent[],
): readonly ResponseDraft[] {
  return contents.map((content) => {
    const { resources, removed } = content
    const names = { ...spelledIn(before, resources, removed), ...aliasesFor(before, resources) }
    return { ...content, version, changedResources: resources, ...names }
  })
}

function spelledIn(before: TypeState, resources: SharedList<Resource>, names: readonly string[]) {
  const spellings = spellingsFor(before, resources, names)
  return spellings && { spellings }
}

/** A virtual host without content says that no such host exists, so its heartbeat has to carry it. */
function composeHeartbeat(before: TypeState, resources: SharedList<Resource>): HeartbeatDraft {
  const ttls = before.type.typeUrl === VIRTUAL_HOST ? 'carried' : 'heartbeat'
  return { resources, ttls, ...spelledIn(before, resources, []) }
}

function receive(state: StreamState, request: DeltaRequest): Received {
  const known = state.typeStates.get(request.typeUrl)
  if (known === undefined) return begin(state, request)
  return takeNames(answer(state, known, request), known, request)
}

/** Applies the ACK or NACK in a request. A request with an unknown nonce answers nothing, but its subscriptions still count. */
function answer(state: StreamState, typeState: TypeState, request: DeltaRequest): Received {
  const { responseNonce, errorDetail, typeUrl } = request
  if (responseNonce === '') return { state, report: [] }
  if (isHeartbeatNonce(responseNonce)) {
    // A client NACKs a heartbeat of a resource that it has dropped.
    return { state: errorDetail ? withExpired(state, typeUrl) : state, report: [] }
  }
  const pending = findPending(typeState, responseNonce)
  if (pending === undefined) return { state, report: [{ kind: 'stale', typeUrl, nonce: responseNonce }] }
  const after = settle(typeState, pending, errorDetail)
  return { state: withTypeState(state, after), report: [reportAnswer(pending, errorDetail)] }
}

/** Applies the subscriptions in a request. */
function takeNames({ state, report }: Received, known: TypeState, request: DeltaRequest): Received {
  const typeState = state.typeStates.get(request.typeUrl) ?? known
  const { subscription, type } = typeState
  const change = subscribeToChange(subscription, { ...request, first: false }, type.legacyWildcard)
  if (change.subscription === subscription) return { state, report }
  const spelled = { ...typeState, spellings: spelledByClient(typeState.spellings, request) }
  const changed = applyChange(change.wildcardBegan ? askAnew(spelled) : spelled, change)
  const again = request.unsubscribe.length > 0 ? askAliasesAgain(changed, state.snapshot) : changed
  const next = withUnreadAnswers(again)
  return {
    state: withTypeState(state, next),
    report: [...report, reportSubscription(next, change.subscribed, change.unsubscribed)],
  }
}

/** The first request of a type on a stream. A nonce in it is of an earlier stream and is ignored. */
function begin(state: StreamState, request: DeltaRequest): Received {
  const { typeUrl } = request
  const created = createTypeState(typeUrl)
  const change = subscribeToChange(
    created.subscription,
    { ...request, first: true },
    created.type.legacyWildcard,
  )
  const view = clientView(state, change.subscription, request)
  const spellings = spelledByClient(spellingsOf(request.initialResourceVersions), request)
  const reports = request.initialResourceVersions.size > 0
  const known = { ...created, view, spellings, request: { ...created.request, reports } }
  const begun = withoutReported(applyChange(known, change))
  const warmingEds = typeUrl === ENDPOINT ? new Set<string>() : state.warmingEds
  const draining = withResumption(drainAfterReconnect({ ...state, warmingEds }, begun), begun)
  return {
    state: withTypeState(draining, begun),
    report: [reportSubscription(begun, change.subscribed, change.unsubscribed)],
  }
}

/**
 * What a client has that reconnects, by its `initial_resource_versions`. Assignments whose clusters were sent since count as
 * unknown, whatever it reports.
 */
function clientView(
  state: StreamState,
  subscription: Subscription,
  { typeUrl, initialResourceVersions: reported }: DeltaRequest,
): View {
  const resumed = resumedView(state, typeUrl, subscription, reported)
  const view = resumed ?? reportedView(state, typeUrl, reported)
  if (typeUrl !== ENDPOINT) return view
  return withUnknown(view, state.warmingEds)
}

/** A client that reports what it has needs an answer for the rest only. */
function withoutReported(typeState: TypeState): TypeState {
  const { request, view } = typeState
  if (view.isResumed) return { ...typeState, request: { ...request, names: NO_NAMES, added: NO_NAMES } }
  return { ...typeState, request: { ...request, names: without(request.names, reportedNames(view)) } }
}

/** What a client has reported, and the glob collections that this is of: their other resources follow as news. */
function reportedNames({ overrides }: View): ReadonlySet<string> {
  const names = new Set(overrides.keys())
  for (const name of overrides.keys()) names.add(collectionOf(name) ?? name)
  return names
}

function applyChange(typeState: TypeState, change: SubscriptionChange): TypeState {
  const { subscription, subscribed, unsubscribed } = change
  const wanted = without(unite(typeState.request.names, subscribed), unsubscribed)
  // A wildcard client keeps a resource that it unsubscribes from, so it is sent the resource again, or its removal.
  return withSubscription(typeState, change, unite(wanted, stillCovered(subscription, unsubscribed)))
}
