// The resources of one type at one moment, immutable and shared by every stream, and the difference between two such moments.

import type { Resource } from './resource.ts'
import { setVersion } from './version.ts'

export interface TypeSnapshot {
  readonly typeUrl: string
  /** What SotW calls `version_info`: a hash of names and contents, unless the caller gave one. */
  readonly version: string
  /** Hash of names and contents, whatever `version` says. */
  readonly contentVersion: string
  /** By name, in the order of the names. */
  readonly resources: ReadonlyMap<string, Resource>
  /** The same, as a list whose identity lets its encoding be shared. */
  readonly list: readonly Resource[]
}

export interface TypeDiff {
  /** New or of other content, as they stand in the later snapshot. */
  readonly changed: readonly Resource[]
  readonly removed: readonly string[]
}

/** A type's snapshot from resources of distinct names. */
export function createTypeSnapshot(
  typeUrl: string,
  resources: Iterable<Resource>,
  givenVersion?: string,
): TypeSnapshot {
  const list = [...resources].sort((a, b) => (a.name < b.name ? -1 : 1))
  const contentVersion = setVersion(list)
  return {
    typeUrl,
    version: givenVersion ?? contentVersion,
    contentVersion,
    resources: new Map(list.map((resource) => [resource.name, resource])),
    list,
  }
}

const emptyOf = new Map<string, TypeSnapshot>()

/** A type without resources. */
export function emptyTypeSnapshot(typeUrl: string): TypeSnapshot {
  const known = emptyOf.get(typeUrl)
  if (known !== undefined) return known
  const empty = createTypeSnapshot(typeUrl, [])
  // Clients may ask for any type URL: only a few of them are worth keeping.
  if (emptyOf.size < 100) emptyOf.set(typeUrl, empty)
  return empty
}

const diffs = new WeakMap<TypeSnapshot, WeakMap<TypeSnapshot, TypeDiff>>()

/** What changed from one snapshot to another; computed once for all streams that stand at the same place. */
export function diffTypes(from: TypeSnapshot, to: TypeSnapshot): TypeDiff {
  let known = diffs.get(to)
  if (known === undefined) {
    known = new WeakMap()
    diffs.set(to, known)
  }
  let diff = known.get(from)
  if (diff === undefined) {
    diff = computeDiff(from, to)
    known.set(from, diff)
  }
  return diff
}

function computeDiff(from: TypeSnapshot, to: TypeSnapshot): TypeDiff {
  if (from === to) return { changed: [], removed: [] }
  // From nothing, the list itself: its encoding is then the one that first answers share.
  if (from.list.length === 0) return { changed: to.list, removed: [] }
  return {
    changed: to.list.filter(({ name, version }) => from.resources.get(name)?.version !== version),
    removed: from.list.filter(({ name }) => !to.resources.has(name)).map(({ name }) => name),
  }
}
