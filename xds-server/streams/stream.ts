// What the two stream machines share: their state, the events that move them, and what they report.

import type { Snapshot } from '../snapshot/snapshot.ts'
import {
  acceptFlight,
  type Delivery,
  type Flight,
  type Response,
  refuseFlight,
} from '../type-state/type-state.ts'
import type { NackDetail } from './requests.ts'

/** A stream at one moment. Nothing in it is ever changed: each step makes the next. */
export interface StreamState {
  /** The newest snapshot of the node's group; absent until there is one. */
  readonly snapshot: Snapshot | undefined
  /** False while the transport's buffer is full: then only what is newest when it drains is sent. */
  readonly writable: boolean
  /** By type URL, in the order in which they are served. */
  readonly deliveries: ReadonlyMap<string, Delivery>
  readonly nextNonce: number
  /** Names by type URL whose content on this node is unknown: they stood in a response that it refused earlier. */
  readonly unconfirmed: ReadonlyMap<string, ReadonlySet<string>>
  /** Assignments whose clusters were changed on this stream before it asked for assignments. */
  readonly rewarmed: ReadonlySet<string>
}

export type StreamEvent<Request> =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot | undefined }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'writable' }

/** What happened on a stream, for the status and its events. */
export type Report =
  | {
      readonly kind: 'subscribed'
      readonly typeUrl: string
      readonly names: number
      readonly wildcard: boolean
    }
  | { readonly kind: 'sent'; readonly typeUrl: string; readonly response: Response }
  | { readonly kind: 'acked'; readonly typeUrl: string; readonly response: Response }
  | ({ readonly kind: 'nacked'; readonly typeUrl: string; readonly response: Response } & NackDetail)
  | { readonly kind: 'stale'; readonly typeUrl: string; readonly nonce: string }

export interface Step {
  readonly state: StreamState
  readonly send: readonly Response[]
  readonly report: readonly Report[]
}

export function createStreamState(unconfirmed: StreamState['unconfirmed'] = new Map()): StreamState {
  return {
    snapshot: undefined,
    writable: true,
    deliveries: new Map(),
    nextNonce: 1,
    unconfirmed,
    rewarmed: new Set(),
  }
}

export function withDelivery(state: StreamState, delivery: Delivery): StreamState {
  const { typeUrl } = delivery.type
  const deliveries = new Map(state.deliveries).set(typeUrl, delivery)
  if (state.deliveries.has(typeUrl)) return { ...state, deliveries }
  const ordered = [...deliveries].sort(([, a], [, b]) => a.type.order - b.type.order)
  return { ...state, deliveries: new Map(ordered) }
}

/** The report of what a delivery is subscribed to now. */
export function reportSubscription({ type, subscription }: Delivery): Report {
  const { names, wildcard } = subscription
  return { kind: 'subscribed', typeUrl: type.typeUrl, names: names.size, wildcard }
}

/** Applies an ACK or a NACK: which of the two it is, only `error_detail` says. */
export function answerFlight(
  delivery: Delivery,
  flight: Flight,
  error: NackDetail | undefined,
): { readonly delivery: Delivery; readonly report: Report } {
  const answer = { typeUrl: delivery.type.typeUrl, response: flight }
  return error === undefined
    ? { delivery: acceptFlight(delivery, flight), report: { kind: 'acked', ...answer } }
    : { delivery: refuseFlight(delivery, flight, error), report: { kind: 'nacked', ...answer, ...error } }
}
