// The machine of an incremental stream: what changed goes out, each response is answered on its own, names come and go.
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
  createDelivery,
  type Delivery,
  findFlight,
  fromNothing,
  type Held,
  withoutRefused,
} from '../type-state/type-state.ts'
import { MAX_FLIGHTS, type Protocol, step } from './push-order.ts'
import type { DeltaRequest } from './requests.ts'
import { splitContent } from './response-size.ts'
import {
  answerFlight,
  type Report,
  reportSubscription,
  type Step,
  type StreamEvent,
  type StreamState,
  withDelivery,
} from './stream.ts'

/** One step of an incremental stream; pure. */
export function stepDelta(state: StreamState, event: StreamEvent<DeltaRequest>): Step {
  return step(delta, state, event)
}

const delta: Protocol<DeltaRequest> = {
  receive,
  mayRespond: ({ flights }) => flights.length < MAX_FLIGHTS,
  compose: (before, { upserts, removed, after }) => {
    // Who asks for everything waits for an answer, even where there is nothing; who reconnects does not.
    const isAnswer = before.answerDue && before.subscription.wildcard && before.apart.size === 0
    if (upserts.length === 0 && removed.length === 0 && !isAnswer) return []
    const { version } = after.base
    return splitContent(upserts, removed).map((content) => ({ version, news: content.resources, ...content }))
  },
}

function receive(state: StreamState, request: DeltaRequest): { state: StreamState; report: Report[] } {
  const known = state.deliveries.get(request.typeUrl)
  if (known === undefined) return begin(state, request)
  const { delivery: answered, report } = answer(known, request)
  const change = subscribeToChange(
    answered.subscription,
    { ...request, first: false },
    answered.type.legacyWildcard,
  )
  if (change.subscription === answered.subscription) return { state: withDelivery(state, answered), report }
  const delivery = applyChange(change.wildcardBegan ? fromNothing(answered) : answered, change)
  return { state: withDelivery(state, delivery), report: [...report, reportSubscription(delivery)] }
}

/** An unknown nonce answers nothing, but what comes with it is wanted all the same. */
function answer(delivery: Delivery, request: DeltaRequest): { delivery: Delivery; report: Report[] } {
  const { responseNonce, errorDetail, typeUrl } = request
  if (responseNonce === '') return { delivery, report: [] }
  const flight = findFlight(delivery, responseNonce)
  if (flight === undefined) return { delivery, report: [{ kind: 'stale', typeUrl, nonce: responseNonce }] }
  const answered = answerFlight(delivery, flight, errorDetail)
  return { delivery: answered.delivery, report: [answered.report] }
}

/** The first request of a type on a stream: a nonce in it is that of an earlier stream, and means nothing here. */
function begin(state: StreamState, request: DeltaRequest): { state: StreamState; report: Report[] } {
  const created = createDelivery(request.typeUrl)
  const change = subscribeToChange(
    created.subscription,
    { ...request, first: true },
    created.type.legacyWildcard,
  )
  const delivery = believe(state, applyChange(created, change), request.initialResourceVersions)
  const rewarmed = request.typeUrl === ENDPOINT ? new Set<string>() : state.rewarmed
  return { state: withDelivery({ ...state, rewarmed }, delivery), report: [reportSubscription(delivery)] }
}

/**
 * A client that reconnects says what it holds, and is sent the difference. Not believed are names that stood in a response
 * which this node refused, and assignments whose cluster was sent since.
 */
function believe(state: StreamState, delivery: Delivery, claims: ReadonlyMap<string, string>): Delivery {
  const { typeUrl } = delivery.type
  const apart = new Map<string, Held>()
  for (const [name, version] of claims) apart.set(name, { version })
  for (const name of state.unconfirmed.get(typeUrl) ?? []) apart.set(name, 'unknown')
  if (typeUrl === ENDPOINT) for (const name of state.rewarmed) apart.set(name, 'unknown')
  return { ...delivery, apart, owed: without(delivery.owed, new Set(apart.keys())) }
}

function applyChange(delivery: Delivery, { subscription, asked, dropped }: SubscriptionChange): Delivery {
  const wanted = unite(delivery.owed, asked)
  // Under the wildcard a client keeps what it unsubscribes from: it must hear how the name stands.
  const owed = subscription.wildcard ? unite(wanted, dropped) : without(wanted, dropped)
  return { ...withoutRefused(delivery, (name) => !isSubscribed(subscription, name)), subscription, owed }
}
