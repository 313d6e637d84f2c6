// The flip that the views of a fleet show: the one of the address, else the newest that concerns the fleet.

import { useMemo } from 'preact/hooks'
import { useRoute } from '../../shell/route.ts'
import type { FlipProgress } from '../../store/contract.ts'
import { useStore } from '../../store/page-store.ts'
import type { State } from '../../store/state.ts'

/** Oldest first. */
export function flipsOf(flips: State['flips'], fleet: string): readonly FlipProgress[] {
  return [...flips.values()].filter(({ fleets }) => fleets.includes(fleet))
}

/**
 * A rollback is a revision too, which comes a moment after the NACK: what a person wants to see then is why, so the
 * rejected one is shown until the next flip.
 */
export function chooseFlip(
  flips: readonly FlipProgress[],
  revisions: State['revisions'],
  wanted: number | undefined,
): FlipProgress | undefined {
  const chosen = flips.find(({ revision }) => revision === wanted)
  const [previous, newest] = [flips.at(-2), flips.at(-1)]
  if (chosen !== undefined || newest === undefined) return chosen
  const isRollback =
    revisions.get(newest.revision)?.author === 'system' &&
    previous?.lanes.some(({ nack }) => nack !== undefined)
  return isRollback ? previous : newest
}

export function useShownFlip(fleet: string): FlipProgress | undefined {
  const wanted = useRoute().params.get('revision')
  const flips = useStore((state) => state.flips)
  const revisions = useStore((state) => state.revisions)
  return useMemo(
    () => chooseFlip(flipsOf(flips, fleet), revisions, wanted === undefined ? undefined : Number(wanted)),
    [flips, revisions, fleet, wanted],
  )
}
