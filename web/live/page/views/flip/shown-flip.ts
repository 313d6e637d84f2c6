// The flip that the views of a fleet show: the newest that concerns the fleet, or the one of the address.

import { useRoute } from '../../shell/route.ts'
import type { FlipProgress } from '../../store/contract.ts'
import { useStore } from '../../store/page-store.ts'

export function newestFlip(
  flips: ReadonlyMap<number, FlipProgress>,
  fleet: string,
  wanted?: number,
): FlipProgress | undefined {
  const flip = wanted === undefined ? undefined : flips.get(wanted)
  if (flip?.fleets.includes(fleet)) return flip
  return [...flips.values()].findLast(({ fleets }) => fleets.includes(fleet))
}

export function useShownFlip(fleet: string): FlipProgress | undefined {
  const wanted = useRoute().params.get('revision')
  return useStore((state) =>
    newestFlip(state.flips, fleet, wanted === undefined ? undefined : Number(wanted)),
  )
}
