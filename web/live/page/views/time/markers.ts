// A marker for each flip of a fleet.

import type { FlipProgress } from '../../store/contract.ts'

export interface Marker {
  /** In seconds since 1970. */
  readonly time: number
  readonly label: string
  readonly isBad: boolean
}

export function markersOf(flips: ReadonlyMap<number, FlipProgress>, fleet: string): readonly Marker[] {
  return [...flips.values()]
    .filter(({ fleets }) => fleets.includes(fleet))
    .map(({ revision, at, lanes }) => ({
      time: Date.parse(at) / 1_000,
      label: `rev ${revision}`,
      isBad: lanes.some(({ nack }) => nack !== undefined),
    }))
}
