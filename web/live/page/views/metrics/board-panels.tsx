// A dashboard: its rows of panels. A panel asks for its values while it is in sight.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Dashboard, DashboardPanel, PanelValues } from '../../store/contract.ts'
import { rest } from '../../store/rest.ts'
import { StripChart } from '../time/strip-chart.tsx'
import { chartOf, formatValue, type PanelChart } from './panel-chart.ts'

/** As Grafana refreshes these dashboards. */
const EVERY_MS = 10_000
/** The values of at most 8 series beside the title: the chart has them all. */
const NAMED = 8

interface BoardPanelsProps {
  readonly board: Dashboard
  readonly minutes: number
}

export function BoardPanels({ board, minutes }: BoardPanelsProps) {
  const rows = Map.groupBy(board.panels, ({ row }) => row)
  return (
    <>
      <p class="quiet small">{board.description}</p>
      {[...rows].map(([row, panels]) => (
        <section key={row} class="board-row" aria-label={row}>
          <h2>{row}</h2>
          <div class="panels">
            {panels.map((panel) => (
              <BoardPanel key={panel.id} board={board.id} panel={panel} minutes={minutes} />
            ))}
          </div>
        </section>
      ))}
    </>
  )
}

interface BoardPanelProps {
  readonly board: string
  readonly panel: DashboardPanel
  readonly minutes: number
}

function BoardPanel({ board, panel, minutes }: BoardPanelProps) {
  const place = useRef<HTMLElement>(null)
  const { values, problem } = usePanel(place, board, panel.id, minutes)
  const chart = useMemo(() => values && chartOf(panel, values), [panel, values])
  return (
    <section class="card board-panel" aria-label={panel.title} ref={place}>
      <header>
        <h3>{panel.title}</h3>
        {chart !== undefined && panel.kind === 'lines' && <LastValues chart={chart} />}
      </header>
      {problem !== undefined && <p class="banner warn">{problem}</p>}
      {chart !== undefined && <Content panel={panel} chart={chart} />}
      <Description text={panel.description} />
    </section>
  )
}

/** Grafana shows it as Markdown: what is between backticks is code. */
function Description({ text }: { readonly text: string }) {
  const parts = text.split('`')
  return (
    <p class="quiet small">
      {parts.map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
    </p>
  )
}

function Content({ panel, chart }: { readonly panel: DashboardPanel; readonly chart: PanelChart }) {
  // The chart is made anew for other series only.
  const key = JSON.stringify(chart.series)
  const strip = useMemo(() => ({ series: chart.series, unit: chart.unit }), [key, chart.unit])
  if (chart.series.length === 0) return <p class="empty">Prometheus has no values of this time.</p>
  if (panel.kind === 'value') {
    return <p class="board-value">{formatValue(chart.columns[1]?.at(-1), chart.unit)}</p>
  }
  return (
    <>
      <StripChart
        strip={strip}
        columns={chart.columns}
        markers={NO_MARKERS}
        range={chart.range}
        height={160}
      />
      {chart.leftOut > 0 && <p class="quiet small">{chart.leftOut} more series are not shown.</p>}
    </>
  )
}

const NO_MARKERS: never[] = []

function LastValues({ chart: { series, columns, unit } }: { readonly chart: PanelChart }) {
  return (
    <span class="small values">
      {series.slice(0, NAMED).map(({ label, color }, index) => (
        <span key={label}>
          <i aria-hidden="true" style={{ background: `var(${color})` }} />
          {label} <b>{formatValue(columns[index + 1]?.at(-1), unit)}</b>
        </span>
      ))}
      {series.length > NAMED && <span>and {series.length - NAMED} more</span>}
    </span>
  )
}

/** The values of a panel, read again and again while it is in sight. */
function usePanel(
  place: { readonly current: HTMLElement | null },
  board: string,
  panel: string,
  minutes: number,
): { readonly values?: PanelValues; readonly problem?: string } {
  const [state, setState] = useState<{ readonly values?: PanelValues; readonly problem?: string }>({})
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting ?? false))
    if (place.current !== null) observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    if (!isSeen) return
    const gone = new AbortController()
    const read = () =>
      rest.getPanel(board, panel, { minutes, signal: gone.signal }).then(
        (values) => setState({ values }),
        ({ message }: Error) =>
          gone.signal.aborted || setState((before) => ({ ...before, problem: message })),
      )
    void read()
    const timer = setInterval(read, EVERY_MS)
    return () => {
      clearInterval(timer)
      gone.abort()
    }
  }, [board, panel, minutes, isSeen])
  return state
}
