// The last flips of a fleet, to look at one again.

import { setParams } from '../../shell/route.ts'
import { useStore } from '../../store/page-store.ts'
import { flipsOf } from './shown-flip.ts'

const MOST = 8

export function RecentFlips({ fleet, shown }: { readonly fleet: string; readonly shown: number }) {
  const flips = flipsOf(
    useStore((state) => state.flips),
    fleet,
  ).slice(-MOST)
  if (flips.length < 2) return null
  const newest = flips.at(-1)?.revision
  return (
    <fieldset class="recent small">
      <legend class="unseen">Flips</legend>
      <span class="quiet">flips</span>
      {flips.map(({ revision, lanes }) => {
        const isBad = lanes.some(({ nack }) => nack !== undefined)
        return (
          <button
            key={revision}
            type="button"
            class={isBad ? 'recent-flip nacked' : 'recent-flip'}
            aria-pressed={revision === shown}
            aria-label={`Revision ${revision}${isBad ? ', rejected' : ''}`}
            onClick={() => setParams({ revision: revision === newest ? undefined : String(revision) })}
          >
            {revision}
          </button>
        )
      })}
    </fieldset>
  )
}
