// What the two stream machines share: their state, their events, and their reports.

import type { Reference } from '../snapshot/references.ts'
import type { Explain } from '../snapshot/resource-error.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { TypeSnapshot } from '../snapshot/type-snapshot.ts'
import type { PendingResponse, Response } from '../type-state/responses.ts'
import { NO_NAMES } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { TypeStates } from '../type-state/type-states.ts'
import type { View } from '../type-state/view.ts'
import type { NackDetail } from './requests.ts'

/** The state of a stream. It is immutable: each step returns a new one. */
export interface StreamState {
  /** The newest snapshot of the node's group. Undefined until there is one. */
  readonly snapshot: Snapshot | undefined
  /** False while the transport's buffer is full. When it drains, only the newest content is sent. */
  readonly writable: boolean
  readonly typeStates: TypeStates
  readonly nextNonce: number
  /** Names by type URL whose content on this node is unknown, because the node NACKed a response with them. */
  readonly unconfirmed: ReadonlyMap<string, ReadonlySet<string>>
  /** SotW: the clusters that streams of the group were sent with a version. Undefined if it is not known. */
  readonly sentClusters: (version: string) => TypeSnapshot | undefined
  /** Names of assignments whose clusters were sent on this stream before its first EDS request. */
  readonly warmingEds: ReadonlySet<string>
  /**
   * `begun`: the client has reported content of an earlier stream, and may still ask for types. The shell ends that after a time, by
   * the event `resumed`. `none`: it has reported nothing.
   */
  readonly resumption: 'none' | 'begun' | 'over'
  /** Replaced listeners whose connections are still draining. The shell times each, and then sends the event `drained`. */
  readonly drains: readonly Drain[]
  /** By type URL: subscribed names that the newest snapshot lacks. A type that lacks none has no entry. */
  readonly missing: ReadonlyMap<string, Missing>
  /** Whether absent names are looked up before the client learns of it. */
  readonly looksUp: boolean
  /** Names by type URL whose lookup is not over. */
  readonly lookups: ReadonlyMap<string, ReadonlySet<string>>
  /** gRPC neither warms clusters nor drains listeners. Every other client is taken for an Envoy. */
  readonly client: 'envoy' | 'grpc'
  /** True on ADS, false on a service of one type. */
  readonly isAggregated: boolean
  /** Whether replaced listeners drain. */
  readonly isDraining: boolean
  /** By which protocol's rules TTLs are sent: the client drops a resource whose TTL is over. `none`: it does not say so. */
  readonly ttls: 'none' | 'sotw' | 'delta'
  /** The error of a missing name that the snapshot gives none for. Undefined for a client that reads no errors. */
  readonly explain: Explain | undefined
  /** Of a stream that is to end: the snapshot that pushes go no further than. A newer one waits for the client's next stream. */
  readonly endsAt: { readonly snapshot: Snapshot | undefined } | undefined
}

/** A listener was replaced: its open connections use what the old content refers to until their drain time is over. */
export interface Drain {
  /** The nonce of the response that replaced it. */
  readonly nonce: string
  /** What it still uses. `any`: we do not have the old content. */
  readonly references: readonly Reference[] | 'any'
}

/** What one type lacks, and what it was found from: as long as that is the same, so is the result. */
export interface Missing {
  readonly snapshot: Snapshot
  readonly view: View
  readonly subscribed: ReadonlySet<string>
  /** Subscribed names that the snapshot does not have. */
  readonly absent: readonly string[]
  /** Those of them that it had while they were subscribed. */
  readonly dropped: ReadonlySet<string>
  /** Those of them that the client waits for. */
  readonly names: readonly string[]
}

export type StreamEvent<Request> =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot | undefined }
  | { readonly kind: 'blocked' }
  | { readonly kind: 'writable' }
  /** The stream is to end when the client has answered. Repeated, it lets out the pushes that have waited. */
  | { readonly kind: 'ending' }
  /** The drain time is over that began with the ACK of this response. */
  | { readonly kind: 'drained'; readonly nonce: string }
  /** The client has had its time to ask for all types of its earlier stream. */
  | { readonly kind: 'resumed' }
  /** The lookup of these names is over. */
  | { readonly kind: 'lookedUp'; readonly typeUrl: string; readonly names: ReadonlySet<string> }
  /** A heartbeat of the resources of a type with this TTL is due. `isLate`: the client may have dropped them by now. */
  | ({ readonly kind: 'heartbeat'; readonly isLate: boolean } & Expiry)

/** The resources of one type with one TTL, which share their heartbeats. */
export interface Expiry {
  readonly typeUrl: string
  readonly ttlMs: number
}

/** What happened on a stream, for its status and its events. */
export type Report =
  | {
      readonly kind: 'subscribed'
      readonly typeUrl: string
      readonly names: number
      readonly wildcard: boolean
      /** Names that this request asks for, and those that it drops. */
      readonly added: ReadonlySet<string>
      readonly dropped: ReadonlySet<string>
    }
  | { readonly kind: 'sent' | 'heartbeat'; readonly typeUrl: string; readonly response: Response }
  | { readonly kind: 'acked'; readonly typeUrl: string; readonly response: PendingResponse }
  | ({ readonly kind: 'nacked'; readonly typeUrl: string; readonly response: PendingResponse } & NackDetail)
  | { readonly kind: 'stale'; readonly typeUrl: string; readonly nonce: string }
  /** The missing names of a type are others than before. */
  | { readonly kind: 'missing'; readonly typeUrl: string; readonly names: readonly string[] }

export interface Step {
  readonly state: StreamState
  readonly send: readonly Response[]
  readonly report: readonly Report[]
  /** Names that the client asks for, and that are to be looked up. Undefined if there are none. */
  readonly lookUp?: LookUp
}

export interface LookUp {
  readonly typeUrl: string
  readonly names: ReadonlySet<string>
  /** They are in the first request of their type on a stream whose client has content of an earlier one: it repeats what it wants. */
  readonly afterReconnect: boolean
}

export type StreamOptions = Partial<
  Pick<
    StreamState,
    'unconfirmed' | 'sentClusters' | 'client' | 'isAggregated' | 'isDraining' | 'ttls' | 'explain' | 'looksUp'
  >
>

/** Parts of a state that are empty, shared by all streams. */
const NOTHING = {
  unconfirmed: new Map<string, ReadonlySet<string>>(),
  warmingEds: NO_NAMES,
  drains: [],
  missing: new Map<string, Missing>(),
  lookups: new Map<string, ReadonlySet<string>>(),
}

export function createStreamState(options: StreamOptions = {}): StreamState {
  return {
    snapshot: undefined,
    writable: true,
    typeStates: TypeStates.none,
    nextNonce: 1,
    unconfirmed: NOTHING.unconfirmed,
    sentClusters: () => undefined,
    warmingEds: NOTHING.warmingEds,
    resumption: 'none',
    drains: NOTHING.drains,
    missing: NOTHING.missing,
    looksUp: false,
    lookups: NOTHING.lookups,
    client: 'envoy',
    isAggregated: true,
    isDraining: false,
    ttls: 'none',
    explain: undefined,
    endsAt: undefined,
    ...options,
  }
}

export function withTypeState(state: StreamState, typeState: TypeState): StreamState {
  return { ...state, typeStates: state.typeStates.with(typeState) }
}

/** Reports what a type is subscribed to now. */
export function reportSubscription(
  { type, subscription }: TypeState,
  added: ReadonlySet<string>,
  dropped: ReadonlySet<string>,
): Report {
  const { names, wildcard } = subscription
  return { kind: 'subscribed', typeUrl: type.typeUrl, names: names.size, wildcard, added, dropped }
}

/**
 * Reports an ACK or a NACK. Only `error_detail` makes the difference.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ack-nack-and-resource-type-instance-version
 */
export function reportAnswer(response: PendingResponse, error: NackDetail | undefined): Report {
  const { typeUrl } = response
  return error === undefined
    ? { kind: 'acked', typeUrl, response }
    : { kind: 'nacked', typeUrl, response, ...error }
}
