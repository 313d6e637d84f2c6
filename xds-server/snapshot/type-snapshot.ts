// An immutable snapshot of one type, shared by all streams, and the diff between two of them.

import { memoizePair, memoizeTexts, type SharedList } from '../../core/memo.ts'
import type { Resource } from './resource.ts'
import { ResourceSet } from './resource-set.ts'

export interface TypeSnapshot {
  readonly typeUrl: string
  /** SotW's `version_info`: a hash of names and contents, unless the caller set a version. */
  readonly version: string
  /** A hash of names and contents, whatever `version` is. */
  readonly contentVersion: string
  /** By name. */
  readonly resources: ResourceSet
  /** The same, ordered by name. Streams that are sent this very list share its encoding. */
  readonly list: SharedList<Resource>
}

export interface TypeDiff {
  /** Resources of the later snapshot that are new or have other content. */
  readonly changed: SharedList<Resource>
  readonly removed: readonly string[]
}

/** A change of a type: first the removals, then the upserts. */
export interface TypeChange {
  readonly upserts: Iterable<Resource>
  readonly removals: Iterable<string>
}

/** Makes a type's snapshot from resources of distinct names. */
export function createTypeSnapshot(
  typeUrl: string,
  resources: Iterable<Resource>,
  givenVersion?: string,
): TypeSnapshot {
  return toTypeSnapshot(typeUrl, ResourceSet.empty.with(resources), givenVersion)
}

/** The snapshot after a change. The cost depends on the change, not on the size of the snapshot. */
export function changeTypeSnapshot(
  { typeUrl, resources }: TypeSnapshot,
  { upserts, removals }: TypeChange,
  givenVersion?: string,
): TypeSnapshot {
  return toTypeSnapshot(typeUrl, resources.with(upserts, removals), givenVersion)
}

/**
 * The snapshot of exactly these resources, of distinct names. Resources that are the same objects as before cost little, and a list
 * that replaces the same snapshot in several groups costs as much as in one.
 */
export function replaceTypeSnapshot(
  before: TypeSnapshot,
  list: SharedList<Resource>,
  givenVersion?: string,
): TypeSnapshot {
  const replaced = replacedBy(before, list)
  return givenVersion === undefined
    ? replaced
    : toTypeSnapshot(before.typeUrl, replaced.resources, givenVersion)
}

const replacedBy = memoizePair(({ typeUrl, resources }: TypeSnapshot, list: SharedList<Resource>) =>
  toTypeSnapshot(typeUrl, resources.replacedBy(list)),
)

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

/** The diff between two snapshots. It is computed once for all streams that move from one to the other. */
export const diffTypes = memoizePair((from: TypeSnapshot, to: TypeSnapshot): TypeDiff => {
  // From an empty snapshot: the list itself, so that first responses share its encoding.
  if (from.resources.size === 0) return { changed: to.list, removed: [] }
  return from.resources.changesTo(to.resources)
})

/** The names that a type lacks. Streams and snapshots with the same names share one result. */
export const absentAmong = memoizePair((type: TypeSnapshot, names: ReadonlySet<string>): readonly string[] =>
  [...names].filter((name) => !type.resources.has(name)),
)
