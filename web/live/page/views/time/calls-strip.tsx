// The last two minutes of calls, beside a flip: it shows whether any failed.

import { useMemo } from 'preact/hooks'
import { useStore } from '../../store/page-store.ts'
import { markersOf } from './markers.ts'
import { CALLS } from './series.ts'
import { StripCard } from './strip.tsx'

const SECONDS = 120
const HEIGHT = 112

export function CallsStrip({ fleet }: { readonly fleet: string }) {
  const samples = useStore((state) => state.traffic.get(fleet))
  const flips = useStore((state) => state.flips)
  const markers = useMemo(() => markersOf(flips, fleet), [flips, fleet])
  const last = samples?.at(-1)
  if (samples === undefined || last === undefined) return null
  const end = Date.parse(last.at) / 1_000
  return (
    <StripCard
      strip={CALLS}
      samples={samples}
      markers={markers}
      range={[end - SECONDS, end]}
      height={HEIGHT}
    />
  )
}
