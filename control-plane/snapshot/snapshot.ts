// All that one group of nodes is to be served at one moment; immutable.

import { create } from '@bufbuild/protobuf'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { withListenerAddress } from './listener-address.ts'
import type { Reference } from './references.ts'
import { createResources } from './resource.ts'
import { CLUSTER, ENDPOINT, LISTENER } from './resource-type.ts'
import { createTypeSnapshot, emptyTypeSnapshot, type TypeSnapshot } from './type-snapshot.ts'

export interface Snapshot {
  readonly group: string
  /** Grows with each snapshot of a cache: the later of two snapshots has the higher number. */
  readonly sequence: number
  /** As the caller gave them. */
  readonly given: ReadonlyMap<string, TypeSnapshot>
  /** As they are served: with empty assignments for the clusters that would else wait for theirs. */
  readonly types: ReadonlyMap<string, TypeSnapshot>
}

/** The resources of a type; none where the snapshot has none. */
export function typeIn(snapshot: Snapshot, typeUrl: string): TypeSnapshot {
  return snapshot.types.get(typeUrl) ?? emptyTypeSnapshot(typeUrl)
}

/** `previous` is the group's snapshot before, whose parts are kept where they are equal. */
export function createSnapshot(
  group: string,
  sequence: number,
  given: ReadonlyMap<string, TypeSnapshot>,
  previous?: Snapshot,
): Snapshot {
  const kept = new Map([...given].map(([typeUrl, type]) => [typeUrl, keepEqual(previous?.given, type)]))
  const types = new Map(kept)
  const endpoints = withEmptyAssignments(kept.get(CLUSTER), kept.get(ENDPOINT))
  if (endpoints !== undefined) types.set(ENDPOINT, keepEqual(previous?.types, endpoints))
  return { group, sequence, given: kept, types }
}

/** The snapshot as one node sees it: each listener without an address gets the node's. Made once an address. */
export function atAddress(snapshot: Snapshot, address: string): Snapshot {
  const listeners = snapshot.types.get(LISTENER)
  if (listeners === undefined) return snapshot
  const filled = withListenerAddress(listeners, address)
  if (filled === listeners) return snapshot
  return { ...snapshot, types: new Map(snapshot.types).set(LISTENER, filled) }
}

function keepEqual(
  previous: ReadonlyMap<string, TypeSnapshot> | undefined,
  type: TypeSnapshot,
): TypeSnapshot {
  const before = previous?.get(type.typeUrl)
  return before?.contentVersion === type.contentVersion && before.version === type.version ? before : type
}

/** Envoy waits 15 s for the endpoints of a cluster that has none; an empty assignment says so at once. */
function withEmptyAssignments(
  clusters: TypeSnapshot | undefined,
  given: TypeSnapshot | undefined,
): TypeSnapshot | undefined {
  const missing = new Set<string>()
  for (const { typeUrl, name } of clusters === undefined ? [] : referencesIn(clusters)) {
    if (typeUrl === ENDPOINT && !given?.resources.has(name)) missing.add(name)
  }
  if (missing.size === 0) return given
  const empty = createResources(
    [...missing].map((clusterName) => create(ClusterLoadAssignmentSchema, { clusterName })),
  )
  const givenVersion = given && given.version !== given.contentVersion ? given.version : undefined
  return createTypeSnapshot(ENDPOINT, [...(given?.list ?? []), ...empty], givenVersion)
}

const referencedBy = new WeakMap<TypeSnapshot, readonly Reference[]>()

/** All that the resources of a type refer to; computed once. */
export function referencesIn(type: TypeSnapshot): readonly Reference[] {
  let references = referencedBy.get(type)
  if (references === undefined) {
    references = type.list.flatMap((resource) => resource.references)
    referencedBy.set(type, references)
  }
  return references
}
