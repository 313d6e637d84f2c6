// An immutable set of resources by name. The cost of a changed copy, its version and a diff depends on the changes, not on the size
// of the set: names are put into buckets by their hash, and the version is a tree of hashes over the buckets.

import { groupBy } from '../../core/group-by.ts'
import { type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from './resource.ts'
import { bucketOf, bucketVersion, EMPTY_BUCKET_VERSION, everyBucket, versionOfBuckets } from './version.ts'

interface Bucket {
  readonly resources: ReadonlyMap<string, Resource>
  readonly version: string
}

const EMPTY: Bucket = { resources: new Map(), version: EMPTY_BUCKET_VERSION }

export class ResourceSet {
  readonly size: number
  /** Hash of names and contents. */
  readonly version: string
  /** By the hash of names. A list is copied and compared in less time than a `Map`. */
  readonly #buckets: readonly Bucket[]
  #list: SharedList<Resource> | undefined
  /** How many resources have a TTL. */
  readonly #expiring: number
  #byTtl: ReadonlyMap<number, SharedList<Resource>> | undefined

  private constructor(buckets: readonly Bucket[], size: number, expiring: number) {
    this.#buckets = buckets
    this.size = size
    this.#expiring = expiring
    this.version = versionOfBuckets(buckets)
  }

  static readonly empty = new ResourceSet(everyBucket(EMPTY), 0, 0)

  /** Ordered by name. The list is made at the first call. */
  get list(): SharedList<Resource> {
    this.#list ??= shareList(inOrder(this.unordered()))
    return this.#list
  }

  get(name: string): Resource | undefined {
    return this.#buckets[bucketOf(name)]?.resources.get(name)
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  /** The resources with a TTL, by the TTL in milliseconds, each list ordered by name. */
  get byTtl(): ReadonlyMap<number, SharedList<Resource>> {
    if (this.#expiring === 0) return NONE_EXPIRES
    this.#byTtl ??= groupByTtl(this.list)
    return this.#byTtl
  }

  /** In order. */
  names(): string[] {
    return this.list.map(({ name }) => name)
  }

  /** In no order. */
  unordered(): Resource[] {
    const all: Resource[] = []
    for (const { resources } of this.#buckets) for (const resource of resources.values()) all.push(resource)
    return all
  }

  /** The set of just these resources, of distinct names. */
  replacedBy(resources: readonly Resource[]): ResourceSet {
    const names = new Set(resources.map(({ name }) => name))
    const upserts = resources.filter((resource) => this.get(resource.name) !== resource)
    const removals = this.unordered().filter(({ name }) => !names.has(name))
    return this.with(
      upserts,
      removals.map(({ name }) => name),
    )
  }

  /** The set without some names, and then with some resources added or replaced. */
  with(upserts: Iterable<Resource>, removals: Iterable<string> = []): ResourceSet {
    const retryable = new Map<number, Map<string, Resource>>()
    const open = (name: string) => {
      const index = bucketOf(name)
      const bucket = retryable.get(index) ?? new Map(this.#buckets[index]?.resources)
      retryable.set(index, bucket)
      return bucket
    }
    for (const name of removals) open(name).delete(name)
    for (const resource of upserts) open(resource.name).set(resource.name, resource)
    if (retryable.size === 0) return this
    const buckets = this.#buckets.slice()
    let { size } = this
    let expiring = this.#expiring
    for (const [index, resources] of retryable) {
      const before = this.#buckets[index] ?? EMPTY
      size += resources.size - before.resources.size
      expiring += countExpiring(resources) - countExpiring(before.resources)
      buckets[index] =
        resources.size === 0 ? EMPTY : { resources, version: bucketVersion(resources.values()) }
    }
    return new ResourceSet(buckets, size, expiring)
  }

  /** The diff to a later set: resources that are new or changed there, and names that are gone, both in order. */
  changesTo(later: ResourceSet): {
    readonly changed: SharedList<Resource>
    readonly removed: readonly string[]
  } {
    const changed: Resource[] = []
    const removed: string[] = []
    const afters = later.#buckets
    for (let index = 0; index < afters.length; index += 1) {
      const before = this.#buckets[index] ?? EMPTY
      const after = afters[index] ?? EMPTY
      if (before === after || before.version === after.version) continue
      for (const resource of after.resources.values()) {
        if (before.resources.get(resource.name)?.version !== resource.version) changed.push(resource)
      }
      for (const name of before.resources.keys()) if (!after.resources.has(name)) removed.push(name)
    }
    return { changed: shareList(inOrder(changed)), removed: removed.sort() }
  }
}

const NONE_EXPIRES: ReadonlyMap<number, SharedList<Resource>> = new Map()

function countExpiring(resources: ReadonlyMap<string, Resource>): number {
  let count = 0
  for (const { ttlMs } of resources.values()) if (ttlMs !== undefined) count += 1
  return count
}

function groupByTtl(resources: readonly Resource[]): ReadonlyMap<number, SharedList<Resource>> {
  const expiring = resources.flatMap((resource) =>
    resource.ttlMs === undefined ? [] : [[resource.ttlMs, resource] as const],
  )
  const groups = groupBy(expiring, ([ttlMs]) => ttlMs)
  return new Map([...groups].map(([ttlMs, group]) => [ttlMs, shareList(group.map(([, one]) => one))]))
}

function inOrder(resources: Resource[]): Resource[] {
  return resources.sort((a, b) => (a.name < b.name ? -1 : 1))
}
