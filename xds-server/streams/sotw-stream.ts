// The machine of a state-of-the-world stream: each request lists everything that the client wants, and each type has one pending
// response at a time, unless it has a wildcard, or a NACKed response goes again in parts.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#basic-protocol-overview

import type { SharedList } from '../../core/memo.ts'
import { withoutCollections } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'
import { askAnew, withSubscription } from '../type-state/change-subscription.ts'
import { findPending, merge, settle, supersedeEarlier } from '../type-state/ledger.ts'
import { NOTHING_SENT } from '../type-state/resource-errors.ts'
import { NO_ALIASES, type PendingResponse } from '../type-state/responses.ts'
import {
  isSubscribed,
  listsNoResource,
  NO_NAMES,
  narrowToList,
  type SubscriptionChange,
  subscribeToList,
  unite,
  without,
} from '../type-state/subscription.ts'
import { createTypeState, type TypeState } from '../type-state/type-state.ts'
import { forgotten, withUnknown } from '../type-state/view.ts'
import { drainAfterReconnect } from './drain.ts'
import { allHeld, type HeartbeatDraft, isHeartbeatNonce, responseNonceOf, withExpired } from './heartbeat.ts'
import { formerView, listedView } from './reported.ts'
import type { NackDetail, SotwRequest } from './requests.ts'
import { withResumption } from './resumption.ts'
import { composeSotw } from './sotw-compose.ts'
import { MAX_PENDING_RESPONSES, type Protocol } from './step.ts'
import { reportAnswer, reportSubscription, type Step, type StreamState, withTypeState } from './stream.ts'

type Received = Omit<Step, 'send'>

export const sotwRules: Protocol<SotwRequest> = {
  receive,
  mayRespond: (typeState) => typeState.ledger.pending.length === 0 || maySupersede(typeState),
  compose: composeSotw,
  composeHeartbeat,
}

/**
 * Envoy 1.40 takes a heartbeat without content for a response without the resource: it deletes listeners and clusters, and lets the
 * others expire. So a heartbeat repeats what the client has; a full-state one repeats everything, if that is known.
 */
function composeHeartbeat(typeState: TypeState, resources: SharedList<Resource>): HeartbeatDraft | undefined {
  const repeated = typeState.type.fullStateInSotw ? wholeState(typeState) : resources
  return repeated && { resources: repeated, ttls: 'carried' }
}

/** Undefined if it is not known, or while the client waits for more names. */
function wholeState(typeState: TypeState): SharedList<Resource> | undefined {
  const { ledger, request } = typeState
  return ledger.nacked.length + request.names.size > 0 ? undefined : allHeld(typeState)
}

/**
 * Whether a second response may be sent before the first is answered. It makes that answer stale, and the names in a stale
 * request are ignored. A wildcard client names nothing, so it loses nothing; one with glob collections repeats them. It may even need
 * the second response: Envoy 1.40 holds back its NACK of a cluster while that cluster is warming, and only the next response brings the
 * answer out.
 */
function maySupersede({ type, subscription, ledger }: TypeState): boolean {
  return (
    type.fullStateInSotw && listsNoResource(subscription) && ledger.pending.length < MAX_PENDING_RESPONSES
  )
}

function receive(state: StreamState, request: SotwRequest): Received {
  if (!isHeartbeatNonce(request.responseNonce)) return receiveAnswer(state, request)
  const { typeUrl, errorDetail } = request
  const answered = { ...request, responseNonce: responseNonceOf(request.responseNonce) }
  const typeState = state.typeStates.get(typeUrl)
  // The heartbeat repeats that response, so a NACK means it. If it was ACKed before, its resources are sent as a push.
  const isRejected = errorDetail !== undefined && typeState && isAcked(typeState, answered.responseNonce)
  const received = receiveAnswer(isRejected ? withExpired(state, typeUrl) : state, answered)
  // The client answered a heartbeat before a push reached it. That is no fault of its own, and nothing comes of it.
  return { ...received, report: received.report.filter(({ kind }) => kind !== 'stale') }
}

/** Whether this is the last response, and the client has ACKed it. */
function isAcked(typeState: TypeState, nonce: string): boolean {
  const { lastNonce, nacked } = typeState.ledger
  const isNacked = nacked.some((response) => response.nonce === nonce)
  return nonce === lastNonce && !isNacked && findPending(typeState, nonce) === undefined
}

function receiveAnswer(state: StreamState, request: SotwRequest): Received {
  const { typeUrl, responseNonce } = request
  const known = state.typeStates.get(typeUrl)
  if (known === undefined) return begin(state, request)
  const { lastNonce } = known.ledger
  // Before the first response of the type, a nonce is of an earlier stream and has no meaning.
  if (responseNonce === lastNonce || lastNonce === '') {
    const pending = findPending(known, responseNonce)
    const answered =
      pending === undefined
        ? { state, report: [] }
        : takeAnswer(state, ...supersedeEarlier(known, pending), request.errorDetail)
    return takeNames(answered, known, request)
  }
  if (responseNonce === '') return beginAgain(state, known, request)
  return noteRemaining(answerEarlier(state, known, request), known, request)
}

/** A request whose nonce is not the latest. It may be an answer to a response that a newer one superseded. */
function answerEarlier(state: StreamState, known: TypeState, request: SotwRequest): Received {
  const { typeUrl, responseNonce, errorDetail } = request
  const pending = findPending(known, responseNonce)
  if (pending === undefined) return { state, report: [{ kind: 'stale', typeUrl, nonce: responseNonce }] }
  const [typeState, answered] = supersedeEarlier(known, pending)
  const isRepeated = answered.isFullState === true
  if (errorDetail === undefined || !isRepeated) return takeAnswer(state, typeState, answered, errorDetail)
  // The newer response repeats the NACKed content, so its own answer will tell.
  const report = [reportAnswer(answered, errorDetail)]
  return { state: withTypeState(state, mergeIntoNext(typeState, answered)), report }
}

function takeAnswer(
  state: StreamState,
  typeState: TypeState,
  pending: PendingResponse,
  error: NackDetail | undefined,
): Received {
  return {
    state: withTypeState(state, settle(typeState, pending, error)),
    report: [reportAnswer(pending, error)],
  }
}

/** The newer response carries the content of the answered one too, and its answer is about that one alone. */
function mergeIntoNext(typeState: TypeState, answered: PendingResponse): TypeState {
  const { ledger } = typeState
  const pending = ledger.pending
    .filter((one) => one !== answered)
    .map((one, at) => (at === 0 ? { ...merge(answered, one), standsForOthers: false } : one))
  return { ...typeState, ledger: { ...ledger, pending } }
}

/**
 * Notes which names a request with an older nonce leaves out of its list. The client lists what it wants again when it answers the newer
 * response, and from then on that counts. But it has given up what it had under a name that it left out, so if it lists that name
 * again, it needs an answer. https://github.com/envoyproxy/envoy/issues/10363
 */
function noteRemaining(
  { state, report }: Received,
  known: TypeState,
  { typeUrl, resourceNames }: SotwRequest,
): Received {
  const typeState = state.typeStates.get(typeUrl) ?? known
  const { subscription, type, request } = typeState
  const before = request.remaining ?? subscription
  const remaining = narrowToList(before, resourceNames, type.legacyWildcard)
  if (remaining === before) return { state, report }
  return { state: withTypeState(state, { ...typeState, request: { ...request, remaining } }), report }
}

/** Applies the list of names in a request. */
function takeNames(
  { state, report }: Received,
  known: TypeState,
  { typeUrl, resourceNames }: SotwRequest,
): Received {
  const typeState = state.typeStates.get(typeUrl) ?? known
  const { subscription, type, request } = typeState
  const { remaining, lastResourceNames } = request
  if (resourceNames === lastResourceNames && remaining === undefined) return { state, report }
  const change = subscribeToList(subscription, resourceNames, type.legacyWildcard, remaining)
  const listed = {
    ...(remaining === undefined ? typeState : withListedAgain(typeState, change)),
    request: { ...request, lastResourceNames: resourceNames, remaining: undefined },
  }
  const next = applyChange(change.wildcardBegan ? askAnew(listed) : listed, change)
  const isChanged = change.subscribed.size > 0 || change.unsubscribed.size > 0 || change.wildcardBegan
  return {
    state: withTypeState(state, next),
    report: isChanged
      ? [...report, reportSubscription(next, change.subscribed, change.unsubscribed)]
      : report,
  }
}

/** A response on its way may have brought names back that the client had given up, so what it has under them is unknown. */
function withListedAgain(typeState: TypeState, { subscribed }: SubscriptionChange): TypeState {
  const { subscription, view } = typeState
  const again = withoutCollections(subscribed).filter((name) => isSubscribed(subscription, name))
  return { ...typeState, view: withUnknown(view, again) }
}

/** The first request of a type on a stream. Its nonce is of an earlier stream, and its version is what the client still has. */
function begin(state: StreamState, request: SotwRequest): Received {
  const { typeUrl, versionInfo, resourceNames } = request
  const created = createTypeState(typeUrl)
  const change = subscribeToList(created.subscription, resourceNames, created.type.legacyWildcard)
  const unconfirmed = state.unconfirmed.get(typeUrl)
  const clientVersion = versionInfo !== '' && unconfirmed === undefined ? versionInfo : undefined
  // A client that reports a version may still have the names that it subscribes to, so it must learn which are gone.
  const claimed = versionInfo === '' ? NO_NAMES : change.subscribed
  const typeState = {
    ...created,
    view: formerView(state, typeUrl, change.subscription, clientVersion) ?? {
      ...listedView(state, typeUrl, claimed),
      hasUnlisted: versionInfo !== '',
    },
    request: {
      ...created.request,
      lastResourceNames: resourceNames,
      clientVersion,
      reports: versionInfo !== '',
    },
  }
  const begun = applyChange(typeState, change)
  const draining = withResumption(drainAfterReconnect(state, begun), begun)
  return {
    state: withTypeState(draining, begun),
    report: [reportSubscription(begun, change.subscribed, change.unsubscribed)],
  }
}

/**
 * A request without a nonce in mid-stream: the client gave the type up, or has not read our response yet. It is answered like a first
 * request, and may get any of its names by what is on its way. https://github.com/grpc/grpc-node/issues/2875
 */
function beginAgain(state: StreamState, known: TypeState, request: SotwRequest): Received {
  const { resourceNames } = request
  const { subscription, unsubscribed } = subscribeToList(
    known.subscription,
    resourceNames,
    known.type.legacyWildcard,
  )
  const begun: TypeState = {
    ...known,
    subscription,
    view: withUnknown(forgotten(known.view, known.subscription), withoutCollections(subscription.names)),
    ledger: { ...known.ledger, pending: [], nacked: [] },
    request: {
      names: subscription.names,
      added: NO_NAMES,
      waiting: NO_NAMES,
      aliases: NO_ALIASES,
      isFirst: true,
      reports: false,
      clientVersion: undefined,
      lastResourceNames: resourceNames,
      remaining: undefined,
    },
    sentErrors: NOTHING_SENT,
  }
  return {
    state: withTypeState(state, begun),
    report: [reportSubscription(begun, subscription.names, unsubscribed)],
  }
}

function applyChange(typeState: TypeState, change: SubscriptionChange): TypeState {
  const { subscribed, unsubscribed } = change
  const names = without(unite(typeState.request.names, subscribed), unsubscribed)
  return withSubscription(typeState, change, names)
}
