// Splits the content of a delta response, so that each response stays below 4 MiB, the default limit of gRPC clients.

import { EMPTY_LIST, memoize, type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'

/** Bytes of names and contents in one response. The rest of the 4 MiB is for tags, versions and type URLs. */
export const MAX_RESPONSE_BYTES = 3 * 1024 * 1024

/** Bytes of each resource beyond its name and content: type URL, version, tags and lengths. */
const RESOURCE_OVERHEAD = 120

export interface ResponseContent {
  readonly resources: SharedList<Resource>
  readonly removed: readonly string[]
}

/** The parts, in order; at least one. A resource that is over the limit gets a part of its own. */
export function splitContent(
  resources: SharedList<Resource>,
  removed: readonly string[],
): readonly ResponseContent[] {
  const upserts = partsOf(resources)
  const removals = chunk(removed, (name) => name.length * 3 + 8)
  if (upserts.length === 1 && removals.length === 1) return [{ resources, removed }]
  return [
    ...upserts.filter(({ length }) => length > 0).map((part) => ({ resources: part, removed: [] })),
    ...removals.filter(({ length }) => length > 0).map((part) => ({ resources: EMPTY_LIST, removed: part })),
  ]
}

/** Each list is split once, so streams that send the same list share the encoding of its parts too. */
const partsOf = memoize((resources: SharedList<Resource>) =>
  chunk(resources, ({ name, value }) => value.length + name.length * 3 + RESOURCE_OVERHEAD).map(shareList),
)

function chunk<T>(list: readonly T[], sizeOf: (item: T) => number): readonly (readonly T[])[] {
  const chunks: T[][] = []
  let current: T[] = []
  let bytes = 0
  for (const item of list) {
    const size = sizeOf(item)
    if (current.length > 0 && bytes + size > MAX_RESPONSE_BYTES) {
      chunks.push(current)
      current = []
      bytes = 0
    }
    current.push(item)
    bytes += size
  }
  return chunks.length === 0 ? [list] : [...chunks, current]
}
