// What SotW streams of a group were sent of clusters, by version. A client that reconnects reports a version and no names, and this
// says which clusters it has: those that are gone from the snapshot have to stay while routes use them.

import { memoize } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { createTypeSnapshot, type TypeSnapshot } from '../snapshot/type-snapshot.ts'

/** Versions of one group. The first ones are forgotten first. */
const MAX_VERSIONS = 32

export class SentClusters {
  readonly #lists = new Map<string, readonly Resource[]>()

  /** A response had this version. One by name has only a part of it. */
  note(version: string, resources: readonly Resource[]): void {
    const known = this.#lists.get(version)
    if (known !== undefined && known.length >= resources.length) return
    this.#lists.set(version, resources)
    const [oldest] = this.#lists.keys()
    if (this.#lists.size > MAX_VERSIONS && oldest !== undefined) this.#lists.delete(oldest)
  }

  /** All clusters of a version. Undefined if it is not known, or was given by the user of the library. */
  find(version: string): TypeSnapshot | undefined {
    const list = this.#lists.get(version)
    const type = list && clustersIn(list)
    return type?.contentVersion === version ? type : undefined
  }
}

const clustersIn = memoize((list: readonly Resource[]) => createTypeSnapshot(CLUSTER, list))
