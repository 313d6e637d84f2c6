// How far a type was pushed on a stream.

import type { Snapshot } from '../snapshot/snapshot.ts'

/** The snapshot that the stream was pushed, as far as it subscribes to it. `none` comes before every snapshot. */
export type Pushed = Snapshot | 'none'

/** The oldest of some snapshots; `none` without any. */
export function earliest(snapshots: readonly Pushed[]): Pushed {
  let oldest: Pushed | undefined
  for (const snapshot of snapshots) {
    if (snapshot === 'none') return 'none'
    if (oldest === undefined || isOlder(snapshot, oldest)) oldest = snapshot
  }
  return oldest ?? 'none'
}

export function isOlder(a: Pushed, b: Pushed): boolean {
  return sequenceOf(a) < sequenceOf(b)
}

function sequenceOf(pushed: Pushed): number {
  return pushed === 'none' ? -1 : pushed.sequence
}
