// An immutable set of resources by name. The cost of a changed copy, its version and a diff depends on the changes, not on the size
// of the set: names are put into buckets by their hash, and the version is a tree of hashes over the buckets.

import { groupBy } from '../../core/group-by.ts'
import { type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from './resource.ts'
import { BUCKETS, bucketOf, bucketVersion, EMPTY_BUCKET_VERSION, versionOfBuckets } from './version.ts'

interface Bucket {
  readonly resources: ReadonlyMap<string, Resource>
  readonly version: string
}

const EMPTY: Bucket = { resources: new Map(), version: EMPTY_BUCKET_VERSION }

/** Buckets are in rows, so that a changed copy has one new row, and a small set, such as that of one node, shares most of them. */
const ROW = 16
type Row = readonly Bucket[]
const EMPTY_ROW: Row = new Array<Bucket>(ROW).fill(EMPTY)

export class ResourceSet {
  readonly size: number
  /** Hash of names and contents. */
  readonly version: string
  /** By the hash of names. A list is copied and compared in less time than a `Map`. */
  readonly #rows: readonly Row[]
  #list: SharedList<Resource> | undefined
  /** How many resources have a TTL. */
  readonly #expiring: number
  #byTtl: ReadonlyMap<number, SharedList<Resource>> | undefined

  private constructor(rows: readonly Row[], size: number, expiring: number) {
    this.#rows = rows
    this.size = size
    this.#expiring = expiring
    this.version = versionOfBuckets(rows)
  }

  static readonly empty = new ResourceSet(new Array<Row>(BUCKETS / ROW).fill(EMPTY_ROW), 0, 0)

  /** Ordered by name. The list is made at the first call. */
  get list(): SharedList<Resource> {
    this.#list ??= shareList(inOrder(this.unordered()))
    return this.#list
  }

  get(name: string): Resource | undefined {
    return this.#bucket(bucketOf(name)).resources.get(name)
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
    for (const row of this.#rows) {
      if (row === EMPTY_ROW) continue
      for (const { resources } of row) for (const resource of resources.values()) all.push(resource)
    }
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
    const changed = new Map<number, Map<string, Resource>>()
    const open = (name: string) => {
      const index = bucketOf(name)
      const bucket = changed.get(index) ?? new Map(this.#bucket(index).resources)
      changed.set(index, bucket)
      return bucket
    }
    for (const name of removals) open(name).delete(name)
    for (const resource of upserts) open(resource.name).set(resource.name, resource)
    if (changed.size === 0) return this
    const rows = this.#rows.slice()
    const own = new Map<number, Bucket[]>()
    let { size } = this
    let expiring = this.#expiring
    for (const [index, resources] of changed) {
      const before = this.#bucket(index)
      size += resources.size - before.resources.size
      expiring += countExpiring(resources) - countExpiring(before.resources)
      const place = rowOf(index)
      const row = own.get(place) ?? (this.#rows[place] ?? EMPTY_ROW).slice()
      row[index % ROW] =
        resources.size === 0 ? EMPTY : { resources, version: bucketVersion(resources.values()) }
      own.set(place, row)
      rows[place] = row
    }
    return new ResourceSet(rows, size, expiring)
  }

  #bucket(index: number): Bucket {
    return this.#rows[rowOf(index)]?.[index % ROW] ?? EMPTY
  }

  /** The diff to a later set: resources that are new or changed there, and names that are gone, both in order. */
  changesTo(later: ResourceSet): {
    readonly changed: SharedList<Resource>
    readonly removed: readonly string[]
  } {
    const changed: Resource[] = []
    const removed: string[] = []
    for (let place = 0; place < this.#rows.length; place += 1) {
      const befores = this.#rows[place] ?? EMPTY_ROW
      const afters = later.#rows[place] ?? EMPTY_ROW
      if (befores === afters) continue
      for (let at = 0; at < ROW; at += 1) {
        const before = befores[at] ?? EMPTY
        const after = afters[at] ?? EMPTY
        if (before === after || before.version === after.version) continue
        for (const resource of after.resources.values()) {
          if (before.resources.get(resource.name)?.version !== resource.version) changed.push(resource)
        }
        for (const name of before.resources.keys()) if (!after.resources.has(name)) removed.push(name)
      }
    }
    return { changed: shareList(inOrder(changed)), removed: removed.sort() }
  }
}

function rowOf(index: number): number {
  return Math.floor(index / ROW)
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
