// What one node is served, beside what its fleet is: they differ while a revision is pending, and in addresses of listeners.

import type { Snapshot } from '../../../../../api/schemas/snapshot.ts'
import { type Difference, differencesBetween } from '../../../../../core/differences.ts'
import { nameOfType, sortTypes } from './resource-types.ts'

export interface ServedResource {
  readonly name: string
  /** Proto JSON; undefined if the node is not served it, and the fleet is. */
  readonly content: unknown
  /** From the fleet's to the node's; empty if they are equal. */
  readonly changes: readonly Difference[]
}

export interface ServedType {
  readonly typeUrl: string
  /** Such as `Clusters`. */
  readonly title: string
  /** Of the node. */
  readonly version: string | undefined
  /** By name, those that differ first. */
  readonly resources: readonly ServedResource[]
  readonly differing: number
}

/** In push order. Without a snapshot of the fleet nothing differs. */
export function compareServed(ofNode: Snapshot, ofFleet: Snapshot = ofNode): readonly ServedType[] {
  return sortTypes([...Object.keys(ofNode), ...Object.keys(ofFleet)]).map((typeUrl) => {
    const own = ofNode[typeUrl]?.resources ?? {}
    const common = ofFleet[typeUrl]?.resources ?? {}
    const names = [...new Set([...Object.keys(own), ...Object.keys(common)])].sort()
    const resources = names.map((name) => ({
      name,
      content: own[name],
      changes: differencesBetween(common[name], own[name], { intoLists: true }),
    }))
    const [differing, equal] = [true, false].map((wanted) =>
      resources.filter(({ changes }) => changes.length > 0 === wanted),
    )
    return {
      typeUrl,
      title: nameOfType(typeUrl).long,
      version: ofNode[typeUrl]?.version,
      resources: [...(differing ?? []), ...(equal ?? [])],
      differing: differing?.length ?? 0,
    }
  })
}
