// Asks the queries of dashboards, as Grafana would.

import type { Board, Panel, Query } from '../../../../dashboards/boards/board.ts'
import type { PrometheusClient, Series } from '../../../../testbed/prometheus/prometheus-client.ts'

/** What one query of a panel gave. */
export interface PanelAnswer {
  /** Its id. */
  readonly board: string
  readonly panel: string
  readonly legend: string
  /** Series with a value. */
  readonly series: number
  /** The largest value of all; undefined without any. */
  readonly most?: number
}

/** In seconds since the epoch. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The time of a rate, in seconds: several scrapes, also on a busy machine. */
const RATE = 5
/** Shorter than the interval of scrapes, so that no sample is between two steps. */
const STEP = 0.1

/** @throws SwitchyardError `invalid-argument` for a wrong query, with what Prometheus says */
export async function askPanels(
  boards: readonly Board[],
  prometheus: PrometheusClient,
  range: Range,
): Promise<readonly PanelAnswer[]> {
  const queries = boards.flatMap((board) =>
    board.rows.flatMap(({ panels }) =>
      panels.flatMap((panel) => panel.queries.map((query) => ({ board, panel, query }))),
    ),
  )
  return await Promise.all(
    queries.map(async ({ board, panel, query }) => {
      const values = valuesOf(await ask(panel, query, prometheus, range))
      return {
        ...{ board: board.id, panel: panel.title, legend: query.legend, series: values.length },
        ...(values.length > 0 && { most: Math.max(...values.flat()) }),
      }
    }),
  )
}

async function ask(
  { kind }: Panel,
  { expr }: Query,
  prometheus: PrometheusClient,
  { from, to }: Range,
): Promise<readonly Pick<Series, 'points'>[]> {
  const query = expr
    .replaceAll('$__rate_interval', `${RATE}s`)
    .replaceAll('$__range', `${Math.ceil(to - from)}s`)
    .replaceAll(/\$(service|transport)\b/g, '.*')
  if (kind !== 'value') return await prometheus.queryRange(query, from, to + STEP, STEP)
  const samples = await prometheus.query(query, to)
  return samples.map(({ value }) => ({ points: [[to, value]] as const }))
}

/** By series: its values, without those that are none. Series without any are left out. */
function valuesOf(all: readonly Pick<Series, 'points'>[]): readonly (readonly number[])[] {
  return all
    .map(({ points }) => points.map(([, value]) => value).filter((value) => Number.isFinite(value)))
    .filter((values) => values.length > 0)
}
