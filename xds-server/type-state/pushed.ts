// How far a type was pushed on a stream.

import type { Snapshot } from '../snapshot/snapshot.ts'

/** The snapshot that the stream was pushed, as far as it subscribes to it. `none` comes before every snapshot. */
export type Pushed = Snapshot | 'none'

/** The older of two snapshots. */
export function earlier(a: Pushed, b: Pushed): Pushed {
  return isOlder(b, a) ? b : a
}

export function isOlder(a: Pushed, b: Pushed): boolean {
  return sequenceOf(a) < sequenceOf(b)
}

function sequenceOf(pushed: Pushed): number {
  return pushed === 'none' ? -1 : pushed.sequence
}
