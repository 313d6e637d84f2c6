// The machine of a state-of-the-world stream: each request lists all that is wanted, and one response a type is under way at a time.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#basic-protocol-overview

import { shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import { setVersion } from '../snapshot/version.ts'
import {
  isSubscribed,
  type SubscriptionChange,
  subscribeToList,
  unite,
  without,
} from '../type-state/subscription.ts'
import {
  createDelivery,
  type Delivery,
  type Due,
  earliest,
  type Flight,
  findFlight,
  fromNothing,
  isResource,
  subscribedIn,
  withoutRefused,
} from '../type-state/type-state.ts'
import { MAX_FLIGHTS, type Protocol, type ResponsePart, step } from './push-order.ts'
import type { SotwRequest } from './requests.ts'
import {
  answerFlight,
  type Report,
  reportSubscription,
  type Step,
  type StreamEvent,
  type StreamState,
  withDelivery,
} from './stream.ts'

/** One step of a state-of-the-world stream; pure. */
export function stepSotw(state: StreamState, event: StreamEvent<SotwRequest>): Step {
  return step(sotw, state, event)
}

const sotw: Protocol<SotwRequest> = {
  receive,
  mayRespond: (delivery) => delivery.flights.length === 0 || mayOvertake(delivery),
  compose: (before, due) => (before.type.wholeInSotw ? composeWhole(before, due) : composePart(before, due)),
}

/**
 * A second response before the first is answered makes that answer stale, and names that it asks for would starve. Who asks
 * for everything asks for no names, and may have to be sent on: Envoy 1.40 keeps its NACK of a cluster back for as long as
 * that cluster stands among those that warm, so that only the next response brings the answer out.
 */
function mayOvertake({ type, subscription, flights }: Delivery): boolean {
  return (
    type.wholeInSotw && subscription.wildcard && subscription.names.size === 0 && flights.length < MAX_FLIGHTS
  )
}

/** What is left out of a whole response is deleted, so it carries all: what is due, what was sent before, and what may not go yet. */
function composeWhole(before: Delivery, { upserts, removed, after }: Due): readonly ResponsePart[] {
  if (before.claim !== undefined && before.subscription.wildcard && before.claim === after.base.version)
    return []
  const isAnswer = before.answerDue && before.subscription.wildcard
  const lost = removed.filter((name) => before.base.resources.has(name) || before.apart.has(name))
  if (upserts.length === 0 && lost.length === 0 && !isAnswer) return []
  // Of what nobody knows, nothing can be repeated: it goes, although it may be in use.
  for (const [name, held] of after.apart) if (held === 'unknown') lost.push(name)
  const { version } = after.base
  const mine = subscribedIn(after.base, after.subscription)
  const ahead = [...after.apart.values()].filter(isResource)
  const refused = new Set(before.refusals.flatMap(({ content }) => [...content.keys()]))
  const newsAmong = (resources: readonly Resource[]) =>
    refused.size === 0 ? upserts : resources.filter((one) => upserts.includes(one) || refused.has(one.name))
  if (ahead.length === 0) return [{ version, resources: mine, news: newsAmong(mine), removed: lost }]
  const byName = new Map([...mine, ...ahead].map((resource) => [resource.name, resource]))
  const resources = shareList([...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
  return [{ version: setVersion(resources), resources, news: newsAmong(resources), removed: lost }]
}

/** Assignments, routes and the like stay until their owner goes: only what is new is sent, and a missing name is no news. */
function composePart(before: Delivery, { upserts, after }: Due): readonly ResponsePart[] {
  const isAnswer = before.answerDue && before.subscription.wildcard
  if (upserts.length === 0 && !isAnswer) return []
  return [{ version: after.base.version, resources: upserts, news: upserts, removed: [] }]
}

function receive(state: StreamState, request: SotwRequest): { state: StreamState; report: Report[] } {
  const { typeUrl, responseNonce, resourceNames } = request
  const known = state.deliveries.get(typeUrl)
  if (known === undefined) return begin(state, request)
  const flight = findFlight(known, responseNonce)
  const answered = flight && answerFlight(...withOvertaken(known, flight), request.errorDetail)
  const isOvertaken = known.lastNonce !== '' && responseNonce !== known.lastNonce
  // What is refused in a response that was overtaken stands in the next one too: the verdict comes with its answer.
  const isOpen = answered === undefined || (isOvertaken && request.errorDetail !== undefined)
  const delivery = isOpen ? known : answered.delivery
  const report = answered === undefined ? [] : [answered.report]
  if (isOvertaken) {
    // The client will answer the newer response too, with the names that it then wants.
    const stale: Report = { kind: 'stale', typeUrl, nonce: responseNonce }
    return { state: withDelivery(state, delivery), report: flight === undefined ? [stale] : report }
  }
  if (resourceNames === known.listed) return { state: withDelivery(state, delivery), report }
  const change = subscribeToList(delivery.subscription, resourceNames, delivery.type.legacyWildcard)
  const asking = change.wildcardBegan ? fromNothing(delivery) : delivery
  const next = applyChange({ ...asking, listed: resourceNames }, change)
  const isNews = change.asked.size > 0 || change.dropped.size > 0 || change.wildcardBegan
  return { state: withDelivery(state, next), report: isNews ? [...report, reportSubscription(next)] : report }
}

/** Responses come in order, so an answer to one is the answer to those before it too, as far as it repeats their content. */
function withOvertaken(delivery: Delivery, last: Flight): [Delivery, Flight] {
  const at = delivery.flights.indexOf(last)
  if (at === 0) return [delivery, last]
  const answered = delivery.flights.slice(0, at + 1)
  const newNames = new Set(answered.flatMap(({ news }) => news.map(({ name }) => name)))
  const present = new Set(last.resources.map(({ name }) => name))
  const flight = {
    ...last,
    from: earliest(answered.map(({ from }) => from)),
    over: earliest(answered.map(({ over }) => over)),
    news: last.resources.filter(({ name }) => newNames.has(name)),
    removed: [...new Set(answered.flatMap(({ removed }) => removed))].filter((name) => !present.has(name)),
  }
  return [{ ...delivery, flights: [flight, ...delivery.flights.slice(at + 1)] }, flight]
}

/** The first request of a type on a stream: its nonce is that of an earlier stream, its version what the client still holds. */
function begin(state: StreamState, request: SotwRequest): { state: StreamState; report: Report[] } {
  const { typeUrl, versionInfo, resourceNames } = request
  const created = createDelivery(typeUrl)
  const change = subscribeToList(created.subscription, resourceNames, created.type.legacyWildcard)
  const doubted: ReadonlySet<string> = state.unconfirmed.get(typeUrl) ?? new Set()
  const claim = versionInfo !== '' && doubted.size === 0 ? versionInfo : undefined
  // A client that had something may still have what it asks for, and must hear that it is gone.
  const unknown = versionInfo === '' ? doubted : unite(doubted, change.asked)
  const apart = new Map([...unknown].map((name) => [name, 'unknown' as const]))
  const delivery = applyChange({ ...created, listed: resourceNames, claim, apart }, change)
  return { state: withDelivery(state, delivery), report: [reportSubscription(delivery)] }
}

function applyChange(delivery: Delivery, { subscription, asked, dropped }: SubscriptionChange): Delivery {
  const owed = without(unite(delivery.owed, asked), dropped)
  return { ...withoutRefused(delivery, (name) => !isSubscribed(subscription, name)), subscription, owed }
}
