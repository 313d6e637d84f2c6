// The resources of one type at one moment, immutable and shared by every stream, and the difference between two such moments.

import { memoizePair, memoizeTexts, type SharedList } from '../../core/memo.ts'
import type { Resource } from './resource.ts'
import { ResourceSet } from './resource-set.ts'

export interface TypeSnapshot {
  readonly typeUrl: string
  /** What SotW calls `version_info`: a hash of names and contents, unless the caller gave one. */
  readonly version: string
  /** Hash of names and contents, whatever `version` says. */
  readonly contentVersion: string
  /** By name. */
  readonly resources: ResourceSet
  /** The same in the order of the names, as a list whose identity lets its encoding be shared. */
  readonly list: SharedList<Resource>
}

export interface TypeDiff {
  /** New or of other content, as they stand in the later snapshot. */
  readonly changed: SharedList<Resource>
  readonly removed: readonly string[]
}

/** What is to become of a type: first the removals, then the upserts. */
export interface TypeChange {
  readonly upserts?: Iterable<Resource>
  readonly removals?: Iterable<string>
}

/** A type's snapshot from resources of distinct names. */
export function createTypeSnapshot(
  typeUrl: string,
  resources: Iterable<Resource>,
  givenVersion?: string,
): TypeSnapshot {
  return toTypeSnapshot(typeUrl, ResourceSet.empty.with(resources), givenVersion)
}

/** The snapshot after a change; it costs what was changed, whatever the size of the snapshot. */
export function changeTypeSnapshot(
  { typeUrl, resources }: TypeSnapshot,
  { upserts = [], removals = [] }: TypeChange,
  givenVersion?: string,
): TypeSnapshot {
  return toTypeSnapshot(typeUrl, resources.with(upserts, removals), givenVersion)
}

/** The snapshot of just these resources, of distinct names; those that stood before as the same objects cost but a look. */
export function replaceTypeSnapshot(
  { typeUrl, resources }: TypeSnapshot,
  list: readonly Resource[],
  givenVersion?: string,
): TypeSnapshot {
  return toTypeSnapshot(typeUrl, resources.replacedBy(list), givenVersion)
}

function toTypeSnapshot(typeUrl: string, resources: ResourceSet, givenVersion?: string): TypeSnapshot {
  return {
    typeUrl,
    version: givenVersion ?? resources.version,
    contentVersion: resources.version,
    resources,
    get list() {
      return resources.list
    },
  }
}

/** Clients may ask for any type URL, so only this many empty types are kept. */
const MAX_EMPTY_TYPES = 100

/** A type without resources. */
export const emptyTypeSnapshot = memoizeTexts(MAX_EMPTY_TYPES, (typeUrl) => createTypeSnapshot(typeUrl, []))

/** What changed from one snapshot to another; computed once for all streams that stand at the same place. */
export const diffTypes = memoizePair((from: TypeSnapshot, to: TypeSnapshot): TypeDiff => {
  // From nothing, the list itself: its encoding is then the one that first answers share.
  if (from.resources.size === 0) return { changed: to.list, removed: [] }
  return from.resources.changesTo(to.resources)
})
