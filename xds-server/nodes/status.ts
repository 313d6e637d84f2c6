// The sync status of each node and type: of one client, merged from its streams, and of a node, merged from its clients.

import { memoize } from '../../core/memo.ts'
import { typesToCome, unaskedNames } from '../snapshot/asked-for.ts'
import type { ExternalNames } from '../snapshot/consistency.ts'
import type { Explain } from '../snapshot/resource-error.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { describeMissing, type MissingStatus } from './missing-status.ts'
import { firstOf } from './name-list.ts'

/**
 * NOT_SENT: something is still to be sent, or the node has not asked yet for a name that it certainly asks for. STALE: sent, but neither
 * ACKed nor NACKed. MISSING: it waits for a name that the snapshot lacks. UNKNOWN: the node NACKed what it is served now or an
 * earlier response, and its next answer shows which. NACKED: the node NACKed what it is served now. SYNCED: everything is ACKed.
 * DISCONNECTED: no stream is open.
 *
 * @example
 * ```ts
 * import { SYNC_STATES } from 'switchyard'
 *
 * const counts = SYNC_STATES.map((state) => [state, cache.status().filter((one) => one.state === state).length])
 * ```
 */
export const SYNC_STATES = [
  'NOT_SENT',
  'STALE',
  'SYNCED',
  'MISSING',
  'UNKNOWN',
  'NACKED',
  'DISCONNECTED',
] as const
/**
 * One of `SYNC_STATES`.
 *
 * @example
 * ```ts
 * import type { SyncState } from 'switchyard'
 *
 * const bad: readonly SyncState[] = ['NACKED', 'MISSING']
 * const troubled = cache.status('edge').filter(({ state }) => bad.includes(state))
 * ```
 */
export type SyncState = (typeof SYNC_STATES)[number]

/**
 * A NACK, as the client gave it.
 *
 * @example
 * ```ts
 * import { CLUSTER, type Nack } from 'switchyard'
 *
 * const nack: Nack | undefined = cache.nodeStatus('edge', 'edge-1').types[CLUSTER]?.nack
 * console.log(nack?.message)
 * ```
 */
export interface Nack {
  /** The NACKed version. */
  readonly version: string
  readonly nonce: string
  /** The gRPC status code that the client gave. */
  readonly code: number
  /** `error_detail.message`, in the client's own words. */
  readonly message: string
  /** Names in the NACKed response that were new to the client. The status shows the first 100, long ones cut. */
  readonly names: readonly string[]
}

/**
 * What a node has of one type: the worst of its clients.
 *
 * @example
 * ```ts
 * import { LISTENER, type TypeStatus } from 'switchyard'
 *
 * const listeners: TypeStatus | undefined = cache.nodeStatus('edge', 'edge-1').types[LISTENER]
 * console.log(listeners?.state, listeners?.sentVersion, listeners?.ackedVersion)
 * ```
 */
export interface TypeStatus {
  readonly state: SyncState
  readonly wildcard: boolean
  /** How many names are subscribed one by one. */
  readonly names: number
  /** The first 20 of them. A name of more than 256 characters is cut, and ends in `…`. Absent if there are none. */
  readonly subscribed?: readonly string[]
  readonly sentVersion?: string
  readonly ackedVersion?: string
  readonly nack?: Nack
  readonly missing?: MissingStatus
  /** How many resources the client drops if heartbeats stop (`ExpiringResource`). Absent if it drops none. */
  readonly expiring?: number
}

/** One type on one stream. */
export interface TypeView extends Omit<TypeStatus, 'names' | 'subscribed' | 'missing'> {
  readonly names: ReadonlySet<string>
  /** All missing names. None if absent. */
  readonly missing?: readonly string[]
}

/**
 * Which stream it is.
 *
 * @example
 * ```ts
 * cache.onEvent((event) => {
 *   if (event.kind === 'opened') console.log(event.stream.peer, event.stream.protocol)
 * })
 * ```
 */
export interface StreamInfo {
  readonly id: number
  readonly protocol: 'sotw' | 'delta'
  /** True on ADS, false on a service of one type. */
  readonly aggregated: boolean
  /** The address of the client, such as `10.0.0.7:40112`; `unknown` on a Unix socket. */
  readonly peer: string
  /** When it opened, in ISO 8601. */
  readonly openedAt: string
}

/**
 * A response that the client has neither ACKed nor NACKed.
 *
 * @example
 * ```ts
 * import type { PendingStatus } from 'switchyard'
 *
 * const oldest = (pending: readonly PendingStatus[]) => pending.map(({ sentAt }) => sentAt).sort()[0]
 * for (const { id, streams } of cache.status('edge')) console.log(id, streams.map((one) => oldest(one.pending)))
 * ```
 */
export interface PendingStatus {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
  /** When it was sent, in ISO 8601. */
  readonly sentAt: string
}

/**
 * An open stream: which one it is, and what it waits for.
 *
 * @example
 * ```ts
 * import type { StreamStatus } from 'switchyard'
 *
 * const isStuck = ({ pending, replaced }: StreamStatus) => pending.length > 0 && !replaced
 * const stuck = cache.status('edge').flatMap(({ streams }) => streams.filter(isStuck))
 * ```
 */
export interface StreamStatus extends StreamInfo {
  /** The state of the client that this stream belongs to: several clients can have one node id. */
  readonly state: SyncState
  /** The oldest pending response of each type. Later pushes may wait for its answer. */
  readonly pending: readonly PendingStatus[]
  /**
   * The client has opened a newer stream, so this one is probably dead: it does not count. It counts again if the client sends
   * something on it, and keepalive ends it otherwise.
   */
  readonly replaced?: true
}

/**
 * What a client says it is: `user_agent_name` and the version of its node message.
 *
 * @example
 * ```ts
 * import type { ClientInfo } from 'switchyard'
 *
 * const nameOf = ({ name, version }: ClientInfo) => `${name} ${version ?? ''}`.trimEnd()
 * for (const { id, client } of cache.status('edge')) console.log(id, client && nameOf(client))
 * ```
 */
export interface ClientInfo {
  /** Such as `envoy` or `gRPC Go`. */
  readonly name: string
  readonly version?: string
}

/**
 * What a node was sent, has ACKed and has NACKed, on all of its streams.
 *
 * @example
 * ```ts
 * import type { NodeStatus } from 'switchyard'
 *
 * const line = ({ id, state, types }: NodeStatus) => `${id} ${state} ${Object.keys(types).length} types`
 * for (const node of cache.status('edge')) console.log(line(node))
 * ```
 */
export interface NodeStatus {
  readonly id: string
  readonly group: string
  readonly connected: boolean
  /** The worst of its types on all of its clients: NACKED, then UNKNOWN, MISSING, NOT_SENT, STALE, SYNCED. */
  readonly state: SyncState
  readonly streams: readonly StreamStatus[]
  /** What it says it is, on its newest stream. */
  readonly client?: ClientInfo
  /** By type URL: the worst of its clients. */
  readonly types: Readonly<Record<string, TypeStatus>>
  /** It is served the last known good snapshot, because it started while its group was pinned (`SnapshotCache.pin`). */
  readonly pinned?: true
  /** Its last stream that ended left these responses unanswered: it may have crashed on them. Gone when it opens a stream. */
  readonly left?: readonly PendingStatus[]
}

/**
 * Whether a group's nodes have ACKed what they are served. `pending`: the wait ended first. `unverified`: no node is connected.
 *
 * @example
 * ```ts
 * import type { SyncReport } from 'switchyard'
 *
 * const report: SyncReport = await cache.synced('edge', { signal: AbortSignal.timeout(30_000) })
 * if (report.outcome === 'pending') console.error(report.nodes.filter(({ state }) => state !== 'SYNCED'))
 * ```
 */
export interface SyncReport {
  readonly outcome: 'synced' | 'nacked' | 'pending' | 'unverified'
  /** The connected nodes. */
  readonly nodes: readonly NodeStatus[]
  /** Nodes that left during the wait with unanswered responses (`NodeStatus.left`) and are not back: they may have crashed on them. */
  readonly left: readonly NodeStatus[]
}

const SEVERITY: readonly SyncState[] = ['SYNCED', 'STALE', 'NOT_SENT', 'MISSING', 'UNKNOWN', 'NACKED']

/** What the server knows of a client beside its streams' views. */
export interface ClientContext {
  /** Names that it has from its bootstrap (`SnapshotCacheOptions.external`). */
  readonly external?: ExternalNames
  /** It has just started, and may still ask for clusters and listeners. */
  readonly isStarting?: boolean
  /** Makes the error of a missing name. Without it, the status has none. */
  readonly explain?: Explain
}

/** The status of a client's types. A type with a name that it will ask for, and has not asked for yet, is NOT_SENT. */
export function describeTypes(
  views: Iterable<ReadonlyMap<string, TypeView>>,
  snapshot: Snapshot | undefined,
  context: ClientContext = {},
): Record<string, TypeStatus> {
  const merged = mergeViews(views)
  const types: Record<string, TypeStatus> = {}
  for (const [typeUrl, { names, missing, ...view }] of merged) {
    types[typeUrl] = {
      ...view,
      names: names.size,
      ...(names.size > 0 && { subscribed: shownSubscription(names) }),
      ...(missing && { missing: describeMissing(typeUrl, missing, snapshot, context.explain) }),
    }
  }
  if (snapshot === undefined) return types
  for (const typeUrl of unaskedTypes(merged, snapshot, context)) {
    const known = types[typeUrl]
    types[typeUrl] = known
      ? { ...known, state: worst([known.state, 'NOT_SENT']) }
      : { state: 'NOT_SENT', wildcard: false, names: 0 }
  }
  return types
}

/** The status has a list for each type of each node. */
const MAX_SHOWN_SUBSCRIBED = 20

/** Streams with one set of names share its list. */
const shownSubscription = memoize((names: ReadonlySet<string>) => firstOf(names, MAX_SHOWN_SUBSCRIBED))

/** The worst state. NOT_SENT without a type: a node that has subscribed to nothing has nothing. */
export function stateOf(types: Readonly<Record<string, TypeStatus>>): SyncState {
  return worst(Object.values(types).map(({ state }) => state))
}

/** The status of the types of several clients with one node id: what the worst of them has. */
export function mergeClients(
  clients: readonly Readonly<Record<string, TypeStatus>>[],
): Readonly<Record<string, TypeStatus>> {
  const merged: Record<string, TypeStatus> = {}
  for (const types of clients) {
    for (const [typeUrl, type] of Object.entries(types)) {
      const other = merged[typeUrl]
      merged[typeUrl] = other !== undefined && worst([other.state, type.state]) === other.state ? other : type
    }
  }
  return merged
}

export function worst(states: readonly SyncState[]): SyncState {
  return SEVERITY.findLast((state) => states.includes(state)) ?? 'NOT_SENT'
}

function mergeViews(views: Iterable<ReadonlyMap<string, TypeView>>): Map<string, TypeView> {
  const merged = new Map<string, TypeView>()
  for (const view of views) {
    for (const [typeUrl, type] of view) {
      const other = merged.get(typeUrl)
      merged.set(typeUrl, other === undefined ? type : mergeType(other, type))
    }
  }
  return merged
}

function mergeType(a: TypeView, b: TypeView): TypeView {
  const state = worst([a.state, b.state])
  const worse = a.state === state ? a : b
  const missing = [...new Set([...(a.missing ?? []), ...(b.missing ?? [])])]
  return {
    ...worse,
    wildcard: a.wildcard || b.wildcard,
    names: new Set([...a.names, ...b.names]),
    ...(missing.length > 0 && { missing }),
  }
}

/** Types with a name that the client certainly asks for and has not asked for yet: it does not have all of its config. */
function unaskedTypes(
  types: ReadonlyMap<string, TypeView>,
  snapshot: Snapshot,
  { external, isStarting }: ClientContext,
): Set<string> {
  const unasked = new Set(unaskedNames(types, snapshot, { ...(external && { external }) }).keys())
  if (isStarting) for (const typeUrl of typesToCome(types, snapshot)) unasked.add(typeUrl)
  return unasked
}
