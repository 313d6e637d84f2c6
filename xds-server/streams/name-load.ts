// What the names of a stream cost: those that it subscribes to, and those that it reports to have. Clients make names up.

import { memoize } from '../../core/memo.ts'
import { without } from '../type-state/subscription.ts'
import type { StreamState } from './stream.ts'

export interface NameLoad {
  readonly names: number
  readonly bytes: number
}

export const NO_LOAD: NameLoad = { names: 0, bytes: 0 }

/** Streams that subscribe to the same list share the set of its names, so it is measured once. */
const loadOf = memoize(
  (names: ReadonlySet<string>): NameLoad => ({ names: names.size, bytes: bytesOf(names) }),
)

/**
 * The names that a stream subscribes to, of all types, and those that wait for an answer beside them: a client that reads nothing could
 * unsubscribe from any number of names.
 */
export function subscribedLoad({ typeStates }: StreamState): NameLoad {
  let load = NO_LOAD
  for (const { subscription, request } of typeStates.values()) {
    load = sum(load, loadOf(subscription.names))
    load = sum(load, loadOf(without(request.names, subscription.names)))
  }
  return load
}

/** The names that the first delta request of a type reports to have, with their versions. */
export function reportedLoad(versions: ReadonlyMap<string, string>): NameLoad {
  return { names: versions.size, bytes: bytesOf(versions.keys()) + bytesOf(versions.values()) }
}

export function sum(one: NameLoad, other: NameLoad): NameLoad {
  return { names: one.names + other.names, bytes: one.bytes + other.bytes }
}

function bytesOf(texts: Iterable<string>): number {
  let bytes = 0
  for (const text of texts) bytes += Buffer.byteLength(text)
  return bytes
}
