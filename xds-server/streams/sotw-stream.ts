// The machine of a state-of-the-world stream: each request lists everything that the client wants, and each type has one pending
// response at a time.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#basic-protocol-overview

import { shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import { setVersion } from '../snapshot/version.ts'
import type { PushPlan } from '../type-state/plan-push.ts'
import {
  isSubscribed,
  type SubscriptionChange,
  subscribeToList,
  unite,
  without,
} from '../type-state/subscription.ts'
import {
  createTypeState,
  earliest,
  findPending,
  isResource,
  type PendingResponse,
  subscribedIn,
  type TypeState,
  withEmptyBase,
  withoutNacked,
} from '../type-state/type-state.ts'
import { MAX_PENDING_RESPONSES, type Protocol, type ResponsePart, step } from './push-order.ts'
import type { SotwRequest } from './requests.ts'
import {
  applyAnswer,
  type Report,
  reportSubscription,
  type Step,
  type StreamEvent,
  type StreamState,
  withTypeState,
} from './stream.ts'

/** One step of a state-of-the-world stream; pure. */
export function stepSotw(state: StreamState, event: StreamEvent<SotwRequest>): Step {
  return step(sotw, state, event)
}

const sotw: Protocol<SotwRequest> = {
  receive,
  mayRespond: (typeState) => typeState.pendingResponses.length === 0 || maySupersede(typeState),
  compose: (before, plan) =>
    before.type.fullStateInSotw ? composeFullState(before, plan) : composeChanges(before, plan),
}

/**
 * Whether a second response may be sent before the first is answered. It makes that answer stale, and the names in a stale
 * request are ignored. A wildcard client names nothing, so it loses nothing. It may even need the second response: Envoy 1.40
 * holds back its NACK of a cluster while that cluster is warming, and only the next response brings the answer out.
 */
function maySupersede({ type, subscription, pendingResponses }: TypeState): boolean {
  return (
    type.fullStateInSotw &&
    subscription.wildcard &&
    subscription.names.size === 0 &&
    pendingResponses.length < MAX_PENDING_RESPONSES
  )
}

/**
 * A client deletes what a full-state response leaves out. So the response carries everything: the changes, what the client has,
 * and what may not be removed yet.
 */
function composeFullState(before: TypeState, { upserts, removed, after }: PushPlan): readonly ResponsePart[] {
  if (
    before.clientVersion !== undefined &&
    before.subscription.wildcard &&
    before.clientVersion === after.base.version
  )
    return []
  const isAnswer = before.awaitsFirstResponse && before.subscription.wildcard
  const deleted = removed.filter((name) => before.base.resources.has(name) || before.overrides.has(name))
  if (upserts.length === 0 && deleted.length === 0 && !isAnswer) return []
  // We do not have the content of an unknown resource, so we cannot repeat it. It is removed even if it is in use.
  for (const [name, held] of after.overrides) if (held === 'unknown') deleted.push(name)
  const { version } = after.base
  const subscribedResources = subscribedIn(after.base, after.subscription)
  const keptResources = [...after.overrides.values()].filter(isResource)
  const nackedNames = new Set(before.nackedResponses.flatMap(({ content }) => [...content.keys()]))
  const changedAmong = (resources: readonly Resource[]) =>
    nackedNames.size === 0
      ? upserts
      : resources.filter((one) => upserts.includes(one) || nackedNames.has(one.name))
  if (keptResources.length === 0)
    return [
      {
        version,
        resources: subscribedResources,
        changedResources: changedAmong(subscribedResources),
        removed: deleted,
      },
    ]
  const byName = new Map(
    [...subscribedResources, ...keptResources].map((resource) => [resource.name, resource]),
  )
  const resources = shareList([...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
  return [
    {
      version: setVersion(resources),
      resources,
      changedResources: changedAmong(resources),
      removed: deleted,
    },
  ]
}

/**
 * Carries changed resources only. A client keeps assignments and routes until the cluster or listener that uses them is gone, so
 * leaving one out does not delete it.
 */
function composeChanges(before: TypeState, { upserts, after }: PushPlan): readonly ResponsePart[] {
  const isAnswer = before.awaitsFirstResponse && before.subscription.wildcard
  if (upserts.length === 0 && !isAnswer) return []
  return [{ version: after.base.version, resources: upserts, changedResources: upserts, removed: [] }]
}

function receive(state: StreamState, request: SotwRequest): { state: StreamState; report: Report[] } {
  const { typeUrl, responseNonce, resourceNames } = request
  const known = state.typeStates.get(typeUrl)
  if (known === undefined) return begin(state, request)
  const pendingResponse = findPending(known, responseNonce)
  const answered =
    pendingResponse && applyAnswer(...withSuperseded(known, pendingResponse), request.errorDetail)
  const isSuperseded = known.lastNonce !== '' && responseNonce !== known.lastNonce
  // The next response repeats the content of a superseded response that is NACKed, so its own answer will tell.
  const isUndecided = answered === undefined || (isSuperseded && request.errorDetail !== undefined)
  const typeState = isUndecided ? known : answered.typeState
  const report = answered === undefined ? [] : [answered.report]
  if (isSuperseded) {
    // Ignore the names of a stale request. The client answers the newer response too, with the names that it wants by then.
    const stale: Report = { kind: 'stale', typeUrl, nonce: responseNonce }
    return {
      state: withTypeState(state, typeState),
      report: pendingResponse === undefined ? [stale] : report,
    }
  }
  if (resourceNames === known.lastResourceNames) return { state: withTypeState(state, typeState), report }
  const change = subscribeToList(typeState.subscription, resourceNames, typeState.type.legacyWildcard)
  const typeStateForChange = change.wildcardBegan ? withEmptyBase(typeState) : typeState
  const next = applyChange({ ...typeStateForChange, lastResourceNames: resourceNames }, change)
  const isChanged = change.subscribed.size > 0 || change.unsubscribed.size > 0 || change.wildcardBegan
  return {
    state: withTypeState(state, next),
    report: isChanged ? [...report, reportSubscription(next)] : report,
  }
}

/** Responses arrive in order, so an answer to one also answers those before it, as far as it repeats their content. */
function withSuperseded(typeState: TypeState, last: PendingResponse): [TypeState, PendingResponse] {
  const at = typeState.pendingResponses.indexOf(last)
  if (at === 0) return [typeState, last]
  const answered = typeState.pendingResponses.slice(0, at + 1)
  const newNames = new Set(
    answered.flatMap(({ changedResources }) => changedResources.map(({ name }) => name)),
  )
  const present = new Set(last.resources.map(({ name }) => name))
  const pendingResponse = {
    ...last,
    ackedBaseline: earliest(answered.map(({ ackedBaseline }) => ackedBaseline)),
    previousBaseline: earliest(answered.map(({ previousBaseline }) => previousBaseline)),
    changedResources: last.resources.filter(({ name }) => newNames.has(name)),
    removed: [...new Set(answered.flatMap(({ removed }) => removed))].filter((name) => !present.has(name)),
  }
  return [
    { ...typeState, pendingResponses: [pendingResponse, ...typeState.pendingResponses.slice(at + 1)] },
    pendingResponse,
  ]
}

/** The first request of a type on a stream. Its nonce is of an earlier stream, and its version is what the client still has. */
function begin(state: StreamState, request: SotwRequest): { state: StreamState; report: Report[] } {
  const { typeUrl, versionInfo, resourceNames } = request
  const created = createTypeState(typeUrl)
  const change = subscribeToList(created.subscription, resourceNames, created.type.legacyWildcard)
  const unconfirmed: ReadonlySet<string> = state.unconfirmed.get(typeUrl) ?? new Set()
  const clientVersion = versionInfo !== '' && unconfirmed.size === 0 ? versionInfo : undefined
  // A client that reports a version may still have the names that it subscribes to, so it must learn which are gone.
  const unknown = versionInfo === '' ? unconfirmed : unite(unconfirmed, change.subscribed)
  const overrides = new Map([...unknown].map((name) => [name, 'unknown' as const]))
  const typeState = applyChange(
    { ...created, lastResourceNames: resourceNames, clientVersion, overrides },
    change,
  )
  return { state: withTypeState(state, typeState), report: [reportSubscription(typeState)] }
}

function applyChange(
  typeState: TypeState,
  { subscription, subscribed, unsubscribed }: SubscriptionChange,
): TypeState {
  const requested = without(unite(typeState.requested, subscribed), unsubscribed)
  return { ...withoutNacked(typeState, (name) => !isSubscribed(subscription, name)), subscription, requested }
}
