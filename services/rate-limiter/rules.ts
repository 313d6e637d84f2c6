// The rules of a rate limiter as a tree: what it looks up the descriptors of requests in.

import type { TimeUnit } from './time-unit.ts'

export interface Limit {
  /** 0 lets no hit pass. Infinity never ends, and is only counted. */
  readonly requestsPerUnit: number
  readonly unit: TimeUnit
  /** Hits beyond it pass, and are only counted. */
  readonly isShadow: boolean
}

/** An entry of a descriptor and those below it. */
export interface Node {
  /** Undefined where only entries below it are limited. */
  readonly limit?: Limit
  /** The keys and values that the rules write, from the domain on: the name of the limit in metrics and answers. */
  readonly name: string
  /** A value such as `free-*` has one count for all values that it matches, instead of one for each. */
  readonly isShared: boolean
  readonly below: Level
}

/** What an entry may be, by its key: rules for one value, then for values with the same beginning, then for any value. */
export interface Level {
  readonly exact: ReadonlyMap<string, Node>
  /** By their beginnings, the longest first. */
  readonly prefixes: ReadonlyMap<string, readonly (readonly [beginning: string, node: Node])[]>
  readonly any: ReadonlyMap<string, Node>
}

export interface Rules {
  /** A short name for this content. */
  readonly revision: string
  readonly domains: ReadonlyMap<string, Level>
}

/** The name of an entry with a value in `Level.exact`. */
export function exactly(key: string, value: string): string {
  return JSON.stringify([key, value])
}
