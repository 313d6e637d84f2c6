// Lists of names in which a glob collection, `xdstp://AUTHORITY/TYPE/PATH/*`, stands for all resources of its folder.
// https://github.com/cncf/xds/blob/main/proposals/TP1-xds-transport-next.md#glob

import { memoize, memoizePair, type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from './resource.ts'
import type { TypeSnapshot } from './type-snapshot.ts'
import { collectionOf, isCollection } from './xdstp-name.ts'

/** The collections among some names. Undefined without one, which is the usual case. */
export const collectionsIn = memoize((names: ReadonlySet<string>): ReadonlySet<string> | undefined => {
  let found: Set<string> | undefined
  for (const name of names) if (isCollection(name)) found = (found ?? new Set()).add(name)
  return found
})

/** The names without collections, which are no resources. */
export function withoutCollections(names: ReadonlySet<string>): readonly string[] {
  return [...names].filter((name) => !isCollection(name))
}

/** Whether the names have this one, by itself or by its collection. */
export function covers(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name) || isInSome(collectionsIn(names), name)
}

function isInSome(collections: ReadonlySet<string> | undefined, name: string): boolean {
  if (collections === undefined) return false
  const collection = collectionOf(name)
  return collection !== undefined && collections.has(collection)
}

/** Those of the given names that are in one of the collections. */
export function membersAmong(
  collections: ReadonlySet<string> | undefined,
  names: Iterable<string>,
): readonly string[] {
  return collections === undefined ? [] : [...names].filter((name) => isInSome(collections, name))
}

/** The resources of a collection; none for another name. They are sought once for all streams. */
export function membersOf(type: TypeSnapshot, collection: string): readonly Resource[] {
  return isCollection(collection) ? (collectionsOf(type).get(collection) ?? NONE) : NONE
}

const NONE: readonly Resource[] = []

const collectionsOf = memoize((type: TypeSnapshot): ReadonlyMap<string, readonly Resource[]> => {
  const members = new Map<string, Resource[]>()
  for (const resource of type.list) {
    const collection = collectionOf(resource.name)
    if (collection === undefined) continue
    const known = members.get(collection)
    if (known === undefined) members.set(collection, [resource])
    else known.push(resource)
  }
  return members
})

/**
 * The resources that some names select, ordered by name, and the names that select none. Subscriptions with the same set of names
 * share one list.
 */
export const selectNames = memoizePair((type: TypeSnapshot, names: ReadonlySet<string>) => {
  const { resources, list } = type
  const absent = [...names].filter((name) => !resources.has(name) && membersOf(type, name).length === 0)
  const selected = collectionsIn(names)
  // Without collections, the number of names tells whether they are all.
  const isAll = selected === undefined && names.size - absent.length === resources.size
  const present = isAll ? list : shared(list, (name) => names.has(name) || isInSome(selected, name))
  return { present, absent }
})

/** The resources whose names match. It is the list itself if all do, so that its encoding stays shared. */
export function shared(
  resources: SharedList<Resource>,
  matches: (name: string) => boolean,
): SharedList<Resource> {
  const kept = resources.filter(({ name }) => matches(name))
  return kept.length === resources.length ? resources : shareList(kept)
}
