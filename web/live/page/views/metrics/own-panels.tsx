// The control plane's own metrics, as Prometheus would scrape them, since this page is open.

import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useFleet } from '../../shell/fleet.ts'
import { StripChart } from '../time/strip-chart.tsx'
import { columnsOfPanel, PANELS, type Panel } from './panels.ts'
import { parseMetrics, type Scrape } from './scrape.ts'

const EVERY_MS = 2_000
const KEPT_MINUTES = 15
const KEPT = (KEPT_MINUTES * 60_000) / EVERY_MS

/** Kept while another view is shown. */
let kept: readonly Scrape[] = []

/** @param hint how to have more than these */
export function OwnPanels({ hint }: { readonly hint?: ComponentChildren }) {
  const fleet = useFleet() ?? ''
  const { scrapes, problem } = useScrapes()
  const end = scrapes.at(-1)?.at ?? Date.now() / 1_000
  const start = Math.min(scrapes[0]?.at ?? end, end - 60)
  return (
    <>
      <p class="quiet small">
        Read from <code>/metrics</code> every {EVERY_MS / 1_000} seconds while this view is open. {hint}
      </p>
      {problem !== undefined && <p class="banner warn">{problem}</p>}
      <div class="panels">
        {PANELS.map((panel) => (
          <PanelCard key={panel.id} panel={panel} scrapes={scrapes} fleet={fleet} range={[start, end]} />
        ))}
      </div>
    </>
  )
}

interface PanelCardProps {
  readonly panel: Panel
  readonly scrapes: readonly Scrape[]
  readonly fleet: string
  readonly range: readonly [number, number]
}

function PanelCard({ panel, scrapes, fleet, range }: PanelCardProps) {
  const columns = useMemo(() => columnsOfPanel(panel, scrapes, fleet), [panel, scrapes, fleet])
  return (
    <section class="card" aria-label={panel.title}>
      <header>
        <h2>{panel.title}</h2>
        <span class="small values">
          {panel.series.map(({ label, color }, index) => (
            <span key={label}>
              <i aria-hidden="true" style={{ background: `var(${color})` }} />
              {label} <b>{describe(columns[index + 1]?.at(-1), panel.unit)}</b>
            </span>
          ))}
        </span>
      </header>
      <StripChart strip={panel} columns={columns} markers={NO_MARKERS} range={range} height={140} />
      <p class="quiet small">{panel.about}</p>
    </section>
  )
}

const NO_MARKERS: never[] = []

function describe(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return '–'
  return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))}${unit}`
}

function useScrapes(): { readonly scrapes: readonly Scrape[]; readonly problem?: string } {
  const [scrapes, setScrapes] = useState(kept)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    const gone = new AbortController()
    const read = async () => {
      const answer = await fetch('/metrics', { signal: gone.signal })
      if (!answer.ok) throw new Error(`GET /metrics answered ${answer.status}.`)
      const scrape = { at: Date.now() / 1_000, samples: parseMetrics(await answer.text()) }
      kept = [...kept, scrape].slice(-KEPT)
      setScrapes(kept)
      setProblem(undefined)
    }
    const readOrTell = () =>
      void read().catch(({ message }: Error) => gone.signal.aborted || setProblem(message))
    readOrTell()
    const timer = setInterval(readOrTell, EVERY_MS)
    return () => {
      clearInterval(timer)
      gone.abort()
    }
  }, [])
  return { scrapes, ...(problem !== undefined && { problem }) }
}
