// What the two stream machines share: their state, their events, and their reports.

import type { Snapshot } from '../snapshot/snapshot.ts'
import { ack, nack, type PendingResponse, type Response, type TypeState } from '../type-state/type-state.ts'
import type { NackDetail } from './requests.ts'

/** The state of a stream. It is immutable: each step returns a new one. */
export interface StreamState {
  /** The newest snapshot of the node's group. Undefined until there is one. */
  readonly snapshot: Snapshot | undefined
  /** False while the transport's buffer is full. When it drains, only the newest content is sent. */
  readonly writable: boolean
  /** By type URL, in push order. */
  readonly typeStates: ReadonlyMap<string, TypeState>
  readonly nextNonce: number
  /** Names by type URL whose content on this node is unknown, because the node NACKed a response with them. */
  readonly unconfirmed: ReadonlyMap<string, ReadonlySet<string>>
  /** Names of assignments whose clusters were sent on this stream before its first EDS request. */
  readonly warmingEds: ReadonlySet<string>
}

export type StreamEvent<Request> =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot | undefined }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'writable' }

/** What happened on a stream, for its status and its events. */
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
    typeStates: new Map(),
    nextNonce: 1,
    unconfirmed,
    warmingEds: new Set(),
  }
}

export function withTypeState(state: StreamState, typeState: TypeState): StreamState {
  const { typeUrl } = typeState.type
  const typeStates = new Map(state.typeStates).set(typeUrl, typeState)
  if (state.typeStates.has(typeUrl)) return { ...state, typeStates }
  const ordered = [...typeStates].sort(([, a], [, b]) => a.type.order - b.type.order)
  return { ...state, typeStates: new Map(ordered) }
}

/** Reports what a type is subscribed to now. */
export function reportSubscription({ type, subscription }: TypeState): Report {
  const { names, wildcard } = subscription
  return { kind: 'subscribed', typeUrl: type.typeUrl, names: names.size, wildcard }
}

/**
 * Applies an ACK or a NACK. Only `error_detail` makes the difference.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ack-nack-and-resource-type-instance-version
 */
export function applyAnswer(
  typeState: TypeState,
  pendingResponse: PendingResponse,
  error: NackDetail | undefined,
): { readonly typeState: TypeState; readonly report: Report } {
  const answer = { typeUrl: typeState.type.typeUrl, response: pendingResponse }
  return error === undefined
    ? { typeState: ack(typeState, pendingResponse), report: { kind: 'acked', ...answer } }
    : { typeState: nack(typeState, pendingResponse, error), report: { kind: 'nacked', ...answer, ...error } }
}
