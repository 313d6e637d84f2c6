// Versions are hashes of content: equal content has an equal version on every replica and after every restart.

import { hash } from 'node:crypto'
import { groupBy } from '../../core/group-by.ts'

interface Versioned {
  readonly name: string
  readonly version: string
}

const LENGTH = 16

/** With ten thousand resources, a bucket has about forty of them, and the hash over all buckets is still cheap. */
export const BUCKETS = 256

/** The version of bytes: 96 bits of their SHA-256 in base64url, 16 characters. */
export function contentVersion(content: Uint8Array | string): string {
  return hash('sha256', content, 'base64url').slice(0, LENGTH)
}

/**
 * The version of a set of resources of distinct names, in any order. It is a tree of hashes: after a change, only the bucket of the
 * change and the hash over all buckets are computed again (`ResourceSet`).
 */
export function setVersion(resources: Iterable<Versioned>): string {
  const buckets = groupBy(resources, ({ name }) => bucketOf(name))
  const versions = new Array<{ readonly version: string }>(BUCKETS).fill({ version: EMPTY_BUCKET_VERSION })
  for (const [index, bucket] of buckets) versions[index] = { version: bucketVersion(bucket) }
  return versionOfBuckets([versions])
}

/** The bucket of a name, by its FNV-1a hash: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function bucketOf(name: string): number {
  let state = 0x811c9dc5
  for (let at = 0; at < name.length; at += 1) state = Math.imul(state ^ name.charCodeAt(at), 0x01000193)
  // The low bits alone depend too much on the low bits of the characters.
  return (state ^ (state >>> 16)) & (BUCKETS - 1)
}

/** The version of the resources of one bucket, in any order. */
export function bucketVersion(resources: Iterable<Versioned>): string {
  const sorted = [...resources].sort((a, b) => (a.name < b.name ? -1 : 1))
  let content = ''
  // A name may contain any character, so its length precedes it. Versions have a fixed length.
  for (const { name, version } of sorted) content += `${name.length}:${name}${version}`
  return contentVersion(content)
}

export const EMPTY_BUCKET_VERSION = bucketVersion([])

/** The version of a set from the versions of all its buckets, in rows. */
export function versionOfBuckets(rows: readonly (readonly { readonly version: string }[])[]): string {
  let content = ''
  for (const row of rows) for (const { version } of row) content += version
  return contentVersion(content)
}
