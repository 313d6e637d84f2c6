// The last two minutes of calls, beside a flip: it shows whether any failed.

import { useMemo } from 'preact/hooks'
import { useStore } from '../../store/page-store.ts'
import { Latest } from './latest.tsx'
import { markersOf } from './markers.ts'
import { columnsOf, STRIPS, type Strip } from './series.ts'
import { StripChart } from './strip-chart.tsx'
import './time.css'

const SECONDS = 120
const HEIGHT = 112

export function CallsStrip({ fleet }: { readonly fleet: string }) {
  const [strip] = STRIPS as [Strip]
  const samples = useStore((state) => state.traffic.get(fleet))
  const flips = useStore((state) => state.flips)
  const columns = useMemo(() => columnsOf(samples ?? [], strip), [samples, strip])
  const markers = useMemo(() => markersOf(flips, fleet), [flips, fleet])
  const last = samples?.at(-1)
  if (last === undefined) return null
  const end = Date.parse(last.at) / 1_000
  return (
    <section class="card strip" aria-label={strip.title}>
      <header>
        <h2>{strip.title}</h2>
        <Latest strip={strip} sample={last} />
      </header>
      <StripChart
        strip={strip}
        columns={columns}
        markers={markers}
        range={[end - SECONDS, end]}
        height={HEIGHT}
      />
    </section>
  )
}
