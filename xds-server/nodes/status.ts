// How things stand: each node and type in one word, folded from what its streams say of themselves.

import { memoizePair } from '../../core/memo.ts'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { namesReferredTo, namesReferredToBy, type Snapshot, typeIn } from '../snapshot/snapshot.ts'

/**
 * NOT_SENT: something is still to be sent, or to be asked for. STALE: sent, not answered. NACKED: the client refused what
 * is served now. SYNCED: all is ACKed. DISCONNECTED: no stream is open.
 */
export const SYNC_STATES = ['NOT_SENT', 'STALE', 'SYNCED', 'NACKED', 'DISCONNECTED'] as const
export type SyncState = (typeof SYNC_STATES)[number]

export interface Nack {
  /** The version that was refused. */
  readonly version: string
  readonly nonce: string
  /** The gRPC status code that the client gave. */
  readonly code: number
  /** The client's own words. */
  readonly message: string
  /** Names that stood in the refused response. */
  readonly names: readonly string[]
}

export interface TypeStatus {
  readonly state: SyncState
  readonly wildcard: boolean
  /** How many names are asked for one by one. */
  readonly names: number
  readonly sentVersion?: string
  readonly ackedVersion?: string
  readonly nack?: Nack
}

/** One type on one stream. */
export interface TypeView extends Omit<TypeStatus, 'names'> {
  readonly names: ReadonlySet<string>
}

export interface StreamStatus {
  readonly id: number
  readonly protocol: 'sotw' | 'delta'
  /** True on ADS, false on a service of one type. */
  readonly aggregated: boolean
  readonly peer: string
}

export interface NodeStatus {
  readonly id: string
  readonly group: string
  readonly connected: boolean
  /** The worst of its types: NACKED, then NOT_SENT, STALE, SYNCED. */
  readonly state: SyncState
  readonly streams: readonly StreamStatus[]
  /** By type URL. */
  readonly types: Readonly<Record<string, TypeStatus>>
  /** It started while its group's newest snapshot was on trial, and is served the one before (`pin`). */
  readonly pinned?: true
}

/** Whether a group's nodes have what they are served. `pending` where the wait ended first, `unverified` without a node. */
export interface SyncReport {
  readonly outcome: 'synced' | 'nacked' | 'pending' | 'unverified'
  readonly nodes: readonly NodeStatus[]
}

const SEVERITY: readonly SyncState[] = ['SYNCED', 'STALE', 'NOT_SENT', 'NACKED']

/** The types of a connected node, with those that it should have asked for and has not. */
export function describeTypes(
  views: Iterable<ReadonlyMap<string, TypeView>>,
  snapshot: Snapshot | undefined,
): Record<string, TypeStatus> {
  const merged = mergeViews(views)
  const types: Record<string, TypeStatus> = {}
  for (const [typeUrl, { names, ...view }] of merged) types[typeUrl] = { ...view, names: names.size }
  if (snapshot === undefined) return types
  for (const typeUrl of findUnasked(merged, snapshot)) {
    const known = types[typeUrl]
    types[typeUrl] = known
      ? { ...known, state: worst([known.state, 'NOT_SENT']) }
      : { state: 'NOT_SENT', wildcard: false, names: 0 }
  }
  return types
}

/** NOT_SENT without a type: a node that has asked for nothing has nothing. */
export function stateOf(types: Readonly<Record<string, TypeStatus>>): SyncState {
  return worst(Object.values(types).map(({ state }) => state))
}

function worst(states: readonly SyncState[]): SyncState {
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
  return { ...worse, wildcard: a.wildcard || b.wildcard, names: new Set([...a.names, ...b.names]) }
}

/** Types of which a name is needed that the node has not asked for: it does not have yet what it was given. */
function findUnasked(types: ReadonlyMap<string, TypeView>, snapshot: Snapshot): Set<string> {
  const unasked = new Set<string>()
  for (const [typeUrl, { wildcard, names }] of types) {
    const type = typeIn(snapshot, typeUrl)
    for (const [target, needed] of wildcard ? namesReferredTo(type) : namesReferredToBy(type, names)) {
      const asked = types.get(target)
      if (asked === undefined || !(asked.wildcard || isAmong(needed, asked.names))) unasked.add(target)
    }
  }
  // Who takes all clusters or all listeners is an Envoy, and takes both; while it starts it has asked for one only.
  const roots = [CLUSTER, LISTENER]
  if (roots.some((typeUrl) => types.get(typeUrl)?.wildcard)) {
    for (const typeUrl of roots) {
      if (!types.has(typeUrl) && typeIn(snapshot, typeUrl).resources.size > 0) unasked.add(typeUrl)
    }
  }
  return unasked
}

const isAmong = memoizePair((needed: ReadonlySet<string>, names: ReadonlySet<string>) =>
  [...needed].every((name) => names.has(name)),
)
