// Heat maps: transports against payloads, and against patterns.

import type { HeatmapCell, HeatmapSection } from '../../../../../harness/report/section.ts'
import { quantileOver, spreadOver } from '../../../../../harness/statistics/rounds.ts'
import { type Cell, CONCURRENCIES, PAYLOADS, payloadText } from '../cells.ts'
import { findCell, latencyName, type MeasuredCell, transportsOf } from '../measured.ts'

const MICROSECONDS_PER_MS = 1_000

interface Column {
  readonly title: string
  readonly cell: Cell
}

const unary = (payload: number, concurrency = 1): Cell => ({ pattern: 'unary', payload, concurrency })
const BY_PAYLOAD: readonly Column[] = PAYLOADS.map((payload) => ({
  title: payloadText(payload),
  cell: unary(payload),
}))
const BY_CONCURRENCY: readonly Column[] = CONCURRENCIES.map((concurrency) => ({
  title: `${concurrency} at a time`,
  cell: unary(64, concurrency),
}))

export function heatmapsOf(cells: readonly MeasuredCell[]): readonly HeatmapSection[] {
  const p50 = heatmap(cells, BY_PAYLOAD, (one) => latencyCell(one, 0.5))
  const p99 = heatmap(cells, BY_PAYLOAD, (one) => latencyCell(one, 0.99))
  const calls = heatmap(cells, BY_CONCURRENCY, (one) => perSecond(one, ({ calls }) => calls))
  const common = { kind: 'heatmap', scale: 'log' } as const
  return [
    {
      ...{ ...common, title: 'Latency by transport and payload: p50', unit: 'µs', ...p50 },
      says: 'Unary echo calls, one at a time, the payload both ways. Transports are in the order of their distance; colors are by factors, so that a step is the same multiple everywhere.',
    },
    { ...common, title: 'Latency by transport and payload: p99', unit: 'µs', ...p99 },
    {
      ...{ ...common, title: 'Throughput by transport and concurrency', unit: 'calls a second', ...calls },
      says: `Unary echo calls of 64 B over one connection. A row that does not grow has come to the end of something: mostly of a core of the client or of the server.`,
    },
  ].filter(({ columns, rows }) => columns.length > 0 && rows.length > 0)
}

/** Transports that have any of the columns, and columns that any transport has. */
function heatmap(
  cells: readonly MeasuredCell[],
  columns: readonly Column[],
  value: (cell: MeasuredCell) => HeatmapCell,
): Pick<HeatmapSection, 'columns' | 'rows'> {
  const transports = transportsOf(cells)
  const measured = columns.filter(({ cell }) => transports.some(({ id }) => findCell(cells, id, cell)))
  return {
    columns: measured.map(({ title }) => title),
    rows: transports.map(({ id, title }) => ({
      label: title,
      cells: measured.map(({ cell }) => {
        const found = findCell(cells, id, cell)
        return found && value(found)
      }),
    })),
  }
}

export function latencyCell({ rounds, cell }: MeasuredCell, share: number): HeatmapCell {
  const { merged, isNoisy } = quantileOver(rounds, latencyName(cell), share)
  return { value: merged * MICROSECONDS_PER_MS, isNoisy }
}

function perSecond(
  { rounds }: MeasuredCell,
  count: (round: MeasuredCell['rounds'][number]) => number,
): HeatmapCell {
  const { median, isNoisy } = spreadOver(rounds, (round) => count(round) / round.seconds)
  return { value: median, isNoisy }
}
