// The panels of the dashboards with their values. Who asks names a panel; the queries are those of the dashboards, always.

import type { DashboardList, PanelValues } from '../../api/schemas/dashboards.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { BOARDS } from '../../dashboards/boards/all.ts'
import { type Board, type Panel, panelId, type Query } from '../../dashboards/boards/board.ts'
import type { PrometheusLink, QueryRange, RangeSeries } from './prometheus-link.ts'

type Series = PanelValues['series'][number]

/** More lines than this, nobody can tell apart. */
export const MAX_SERIES = 50
const STEPS = 180
/** As Grafana's `$__rate_interval`: four scrapes of 15 s, or a step and one scrape. */
const MIN_RATE_SECONDS = 60
const SCRAPE_SECONDS = 15
const LABEL = /\{\{\s*(\w+)\s*\}\}/g

export class PanelReader {
  readonly #prometheus: Pick<PrometheusLink, 'queryRange'>

  constructor(prometheus: Pick<PrometheusLink, 'queryRange'>) {
    this.#prometheus = prometheus
  }

  list(): DashboardList {
    return {
      dashboards: BOARDS.map(({ id, title, description, rows }) => ({
        ...{ id, title, description },
        panels: rows.flatMap((row) =>
          row.panels.map((panel) => {
            const { title, says, kind, unit } = panel
            return { id: panelId(panel), row: row.title, title, description: says, kind, unit }
          }),
        ),
      })),
    }
  }

  /**
   * The values of the last minutes. A `value` has one point, at the end.
   * @throws SwitchyardError `not-found` with the ids that there are, `unreachable` with the reason of Prometheus
   */
  async read(dashboard: string, panel: string, minutes: number): Promise<PanelValues> {
    const { kind, queries } = findPanel(dashboard, panel)
    const range = rangeOf(minutes, Date.now() / 1_000)
    const asked = kind === 'value' ? { ...range, from: range.to } : range
    const answers = await Promise.all(
      queries.map(async (query) => {
        const found = await this.#prometheus.queryRange(filledIn(query.expr, minutes, range.step), asked)
        return found.map((one) => toSeries(one, query, asked))
      }),
    )
    const all = answers.flat()
    return {
      from: toTime(asked.from),
      to: toTime(asked.to),
      stepSeconds: range.step,
      series: largest(all),
      leftOut: Math.max(0, all.length - MAX_SERIES),
    }
  }
}

function findPanel(dashboard: string, id: string): Panel {
  const board = BOARDS.find((one) => one.id === dashboard)
  if (board === undefined)
    throw unknown(
      'dashboard',
      dashboard,
      BOARDS.map(({ id }) => id),
    )
  const panels = panelsOf(board)
  const panel = panels.find((one) => panelId(one) === id)
  if (panel === undefined) throw unknown('panel', id, panels.map(panelId))
  return panel
}

function panelsOf({ rows }: Board): readonly Panel[] {
  return rows.flatMap(({ panels }) => panels)
}

function unknown(what: string, id: string, known: readonly string[]): SwitchyardError {
  return new SwitchyardError('not-found', `unknown ${what} "${id}". Use one of: ${known.join(', ')}`)
}

/** Ends are multiples of the step: the points of two answers are at the same times. */
function rangeOf(minutes: number, now: number): QueryRange {
  const step = Math.max(1, Math.ceil((minutes * 60) / STEPS))
  const to = Math.floor(now / step) * step
  return { from: to - Math.floor((minutes * 60) / step) * step, to, step }
}

/** What Grafana would put in. */
function filledIn(expr: string, minutes: number, step: number): string {
  return expr
    .replaceAll('$__rate_interval', `${Math.max(MIN_RATE_SECONDS, step + SCRAPE_SECONDS)}s`)
    .replaceAll('$__range', `${minutes * 60}s`)
    .replaceAll('$service', '.*')
}

function toSeries(
  { metric, values }: RangeSeries,
  { legend }: Query,
  { from, to, step }: QueryRange,
): Series {
  const points: (number | null)[] = Array.from({ length: Math.round((to - from) / step) + 1 }, () => null)
  for (const [at, text] of values) {
    const value = Number(text)
    const index = Math.round((at - from) / step)
    if (Number.isFinite(value) && index < points.length) points[index] = value
  }
  return { legend: legend.replace(LABEL, (_, label: string) => metric[label] ?? ''), labels: metric, points }
}

/** In their order. */
function largest(all: readonly Series[]): readonly Series[] {
  if (all.length <= MAX_SERIES) return all
  const most = ({ points }: Series) =>
    points.reduce<number>((max, value) => Math.max(max, value ?? -Infinity), -Infinity)
  const kept = new Set(all.toSorted((one, other) => most(other) - most(one)).slice(0, MAX_SERIES))
  return all.filter((one) => kept.has(one))
}

function toTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}
