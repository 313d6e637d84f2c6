// An immutable snapshot: everything that one group of nodes is served.

import { create } from '@bufbuild/protobuf'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { memoize, memoizeByTextInUse } from '../../core/memo.ts'
import { withListenerAddress } from './listener-address.ts'
import type { ResourceReference } from './references.ts'
import { createResources, type Resource } from './resource.ts'
import { type ErrorsByName, type ErrorsByType, NO_ERRORS } from './resource-error.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from './resource-type.ts'
import {
  changeTypeSnapshot,
  diffTypes,
  emptyTypeSnapshot,
  type TypeChange,
  type TypeSnapshot,
} from './type-snapshot.ts'

/** What a snapshot holds, before the cache gives it its place in the order of snapshots. */
export interface SnapshotContent {
  readonly group: string
  /** As the caller gave them. */
  readonly given: ReadonlyMap<string, TypeSnapshot>
  /** As they are served: with empty assignments for clusters without endpoints, which would wait for them. */
  readonly types: ReadonlyMap<string, TypeSnapshot>
  /** What earlier snapshots of the group had, by type and name. A client that may still use it can be sent it once more. */
  readonly retired: ReadonlyMap<string, ReadonlyMap<string, Resource>>
  /** Names that clients may have from elsewhere, by canonical type URL: nobody waits for them where they are not served. Default: none. */
  readonly external?: Readonly<Record<string, readonly string[]>>
  /** Why names are missing, by type URL and name. Default: none is given. */
  readonly errors?: ErrorsByType
}

/**
 * What a group is served. It never changes: an update makes another one.
 *
 * @example
 * ```ts
 * import type { Snapshot } from 'switchyard'
 *
 * const good: Snapshot = cache.setSnapshot('edge', [cluster, endpoints])
 * // Nodes that start while a newer one is pending get this one.
 * cache.pin('edge', good)
 * ```
 */
export interface Snapshot extends SnapshotContent {
  /** A later snapshot of the same cache has a higher number. */
  readonly sequence: number
}

/** The resources of a type. Empty if the snapshot has none. */
export function typeIn(snapshot: SnapshotContent, typeUrl: string): TypeSnapshot {
  return snapshot.types.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)
}

/** The errors that the snapshot gives for names of a type. */
export function errorsIn({ errors }: SnapshotContent, typeUrl: string): ErrorsByName {
  return errors?.get(typeUrl) ?? NO_ERRORS
}

/** Makes a snapshot. It shares the parts of the group's `previous` snapshot that are equal. */
export function createSnapshot(
  group: string,
  sequence: number,
  given: ReadonlyMap<string, TypeSnapshot>,
  previous?: Snapshot,
): Snapshot {
  return { ...createContent(group, given, previous), sequence }
}

/** Makes the content of a snapshot. It shares the parts of the group's `previous` snapshot that are equal. */
export function createContent(
  group: string,
  given: ReadonlyMap<string, TypeSnapshot>,
  previous?: SnapshotContent,
): SnapshotContent {
  const kept = new Map([...given].map(([typeUrl, type]) => [typeUrl, keepEqual(previous?.given, type)]))
  const types = new Map(kept)
  const endpoints = withEmptyAssignments(kept.get(CLUSTER), kept.get(ENDPOINT), previous)
  if (endpoints !== undefined) types.set(ENDPOINT, keepEqual(previous?.types, endpoints))
  return { group, given: kept, types, retired: retiredAfter(previous, types) }
}

/** Types whose resources gRPC may still use after they are gone from the snapshot. */
const RETIRING_TYPES: readonly string[] = [CLUSTER, ENDPOINT, ROUTE]

/** Retired resources of a type at most. The oldest are forgotten. */
const MAX_RETIRED = 1_000

/** The resource of this name in the newest of the earlier snapshots that had it. Undefined if the snapshot has one, or it is forgotten. */
export function retiredResource(
  { retired }: SnapshotContent,
  typeUrl: string,
  name: string,
): Resource | undefined {
  return retired.get(typeUrl)?.get(name)
}

function retiredAfter(
  previous: SnapshotContent | undefined,
  types: ReadonlyMap<string, TypeSnapshot>,
): SnapshotContent['retired'] {
  if (previous === undefined) return new Map()
  const after = new Map(previous.retired)
  for (const typeUrl of RETIRING_TYPES) {
    const [before, now] = [typeIn(previous, typeUrl), types.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)]
    const { changed, removed } = diffTypes(before, now)
    if (removed.length + changed.length === 0) continue
    const retired = new Map(previous.retired.get(typeUrl))
    for (const { name } of changed) retired.delete(name)
    for (const name of removed) {
      const resource = before.resources.get(name)
      if (resource !== undefined) retired.set(name, resource)
    }
    for (const name of retired.keys()) if (retired.size > MAX_RETIRED) retired.delete(name)
    after.set(typeUrl, retired)
  }
  return after
}

/** The snapshot as one node sees it: each listener without an address gets the node's. Made once for each address. */
export const atAddress = memoizeByTextInUse((snapshot: Snapshot, address): Snapshot => {
  const listeners = snapshot.types.get(LISTENER)
  if (listeners === undefined) return snapshot
  const filled = withListenerAddress(listeners, address)
  if (filled === listeners) return snapshot
  return { ...snapshot, types: new Map(snapshot.types).set(LISTENER, filled) }
})

function keepEqual(
  previous: ReadonlyMap<string, TypeSnapshot> | undefined,
  type: TypeSnapshot,
): TypeSnapshot {
  const before = previous?.get(type.typeUrl)
  return before?.contentVersion === type.contentVersion && before.version === type.version ? before : type
}

/** Envoy warms a cluster without an assignment for 15 s. An empty assignment ends that at once. */
function withEmptyAssignments(
  clusters: TypeSnapshot | undefined,
  given: TypeSnapshot | undefined,
  previous: SnapshotContent | undefined,
): TypeSnapshot | undefined {
  const needed = clusters && namesReferredTo(clusters).get(ENDPOINT)
  if (clusters === undefined || needed === undefined) return given
  const assignments = given ?? emptyTypeSnapshot(ENDPOINT)
  const givenVersion = assignments.version === assignments.contentVersion ? undefined : assignments.version
  const before = previous?.types.get(CLUSTER) === clusters ? previous : undefined
  const [base, change] =
    before === undefined
      ? [assignments, { upserts: emptyAssignments(needed, assignments, clusters), removals: [] }]
      : [typeIn(before, ENDPOINT), servedChange(before, assignments, clusters)]
  if (change === 'as given') return given
  const served = changeTypeSnapshot(base, change, givenVersion)
  return served.contentVersion === assignments.contentVersion ? given : served
}

/** The clusters are those of the previous snapshot, so only assignments that were added or removed matter. */
function servedChange(
  before: SnapshotContent,
  given: TypeSnapshot,
  clusters: TypeSnapshot,
): TypeChange | 'as given' {
  const givenBefore = before.given.get(ENDPOINT) ?? emptyTypeSnapshot(ENDPOINT)
  const { changed, removed } = diffTypes(givenBefore, given)
  const needed = namesReferredTo(clusters).get(ENDPOINT)
  const unmet = removed.filter((name) => needed?.has(name))
  if (unmet.length === 0 && typeIn(before, ENDPOINT) === givenBefore) return 'as given'
  return { removals: removed, upserts: [...changed, ...emptyAssignments(unmet, given, clusters)] }
}

/** Each is named as its cluster writes it: Envoy takes no other spelling of the name. */
function emptyAssignments(names: Iterable<string>, given: TypeSnapshot, clusters: TypeSnapshot): Resource[] {
  const written = writtenReferences(clusters)
  const missing = [...names].filter((name) => !given.resources.has(name))
  return createResources(
    missing.map((name) => create(ClusterLoadAssignmentSchema, { clusterName: written.get(name) ?? name })),
  )
}

/** How names are written that the resources of a type refer to, where that is not their one spelling. */
const writtenReferences = memoize(({ list }: TypeSnapshot): ReadonlyMap<string, string> => {
  const written = new Map<string, string>()
  for (const { references } of list) {
    for (const { name, writtenName } of references)
      if (writtenName !== undefined) written.set(name, writtenName)
  }
  return written
})

/** The names that the resources of a type refer to, by their type URLs. */
export const namesReferredTo = memoize((type: TypeSnapshot) => gatherNames(type.list))

/** Those of them that some client needs: a reference with a default needs nothing. */
export const namesNeeded = memoize((type: TypeSnapshot) =>
  gatherNames(type.list, ({ isOptional }) => !isOptional),
)

/** Names by type URL. */
export type NamesByType = ReadonlyMap<string, ReadonlySet<string>>

/** The names in those references of some resources that are followed. Default: all. */
export function gatherNames(
  resources: Iterable<Resource>,
  isFollowed: (reference: ResourceReference) => boolean = () => true,
): NamesByType {
  const gathered = new Map<string, Set<string>>()
  for (const { references } of resources) {
    for (const reference of references) {
      if (!isFollowed(reference)) continue
      const { typeUrl, name } = reference
      const names = gathered.get(typeUrl)
      if (names === undefined) gathered.set(typeUrl, new Set([name]))
      else names.add(name)
    }
  }
  return gathered
}
