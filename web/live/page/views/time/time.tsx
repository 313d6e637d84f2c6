// Time: calls, errors, latency and connections of a fleet, from the stats of its Envoys, with a marker at each flip.

import { useMemo } from 'preact/hooks'
import { Spans } from '../../controls/spans.tsx'
import { useFleet } from '../../shell/fleet.ts'
import { setParams, useRoute } from '../../shell/route.ts'
import { serverNow } from '../../store/clock.ts'
import { useStore } from '../../store/page-store.ts'
import { markersOf } from './markers.ts'
import { STRIPS } from './series.ts'
import { StripCard } from './strip.tsx'
import './time.css'

const SPANS = [1, 5, 15]
const DEFAULT_MINUTES = 5

export function Time() {
  const fleet = useFleet()
  if (fleet === undefined) return <p class="empty">The document has no fleet yet.</p>
  return <TimeOf key={fleet} fleet={fleet} />
}

function TimeOf({ fleet }: { readonly fleet: string }) {
  const { params } = useRoute()
  const samples = useStore((state) => state.traffic.get(fleet))
  const flips = useStore((state) => state.flips)
  const minutes = Number(params.get('minutes') ?? DEFAULT_MINUTES)
  const markers = useMemo(() => markersOf(flips, fleet), [flips, fleet])
  const window = windowOf(params)
  const last = samples?.at(-1)
  const end = last === undefined ? serverNow() / 1_000 : Date.parse(last.at) / 1_000
  const first = samples?.[0]
  const start = first === undefined ? end : Date.parse(first.at) / 1_000
  // While there are few samples, a short strip shows more than a long strip that is mostly empty.
  const range = window ?? ([Math.max(end - minutes * 60, Math.min(start, end - 60)), end] as const)
  const select = (from: number, to: number) =>
    setParams({ from: new Date(from * 1_000).toISOString(), to: new Date(to * 1_000).toISOString() })
  return (
    <div class="time">
      <div class="time-bar">
        <p class="quiet small">
          From the stats of the Envoys of <b>{fleet}</b>, whoever calls them. Dashed lines are flips. Drag
          over a strip to look closer.
        </p>
        {window === undefined ? (
          <Spans spans={SPANS} minutes={minutes} />
        ) : (
          <button type="button" class="button" onClick={() => setParams({ from: undefined, to: undefined })}>
            Back to live
          </button>
        )}
      </div>
      {samples === undefined || samples.length === 0 ? (
        <p class="card empty">No Envoy of this fleet has sent stats yet.</p>
      ) : (
        STRIPS.map((strip) => (
          <StripCard
            key={strip.id}
            strip={strip}
            samples={samples}
            markers={markers}
            range={range}
            onSelect={select}
          />
        ))
      )}
    </div>
  )
}

/** A link may name a window: `?from=…&to=…`. */
function windowOf(params: ReadonlyMap<string, string>): readonly [number, number] | undefined {
  const from = Date.parse(params.get('from') ?? '') / 1_000
  const to = Date.parse(params.get('to') ?? '') / 1_000
  return from < to ? [from, to] : undefined
}
