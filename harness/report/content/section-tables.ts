// The figures of each kind of section as a table.

import { median } from '../../../testbed/measure/statistics.ts'
import type {
  BarsSection,
  Cell,
  CurvesSection,
  LinesSection,
  SharesSection,
  TimelineSection,
} from '../section.ts'
import type { DataTable } from './data-table.ts'
import { type Latencies, readLatencies } from './latencies.ts'
import { byName, readShares, type ShareReading } from './share-reading.ts'

export interface ReadShares {
  readonly label: string
  readonly reading: ShareReading
}

export const sharesOf = ({ lines }: SharesSection): ReadShares[] =>
  lines.map(({ label, shares, even }) => ({ label, reading: readShares(shares, even) }))

export function sharesTable(lines: readonly ReadShares[]): DataTable {
  const names = [...new Set(lines.flatMap(({ reading }) => reading.backends.map(({ name }) => name)))].sort(
    byName,
  )
  return {
    columns: [
      { title: '' },
      { title: 'calls', decimals: 0 },
      ...names.map((title) => ({ title, unit: '%', decimals: 1 })),
      { title: 'CV', unit: '%', decimals: 2 },
      { title: 'CV by chance', unit: '%', decimals: 2 },
      { title: 'reads' },
    ],
    rows: lines.map(({ label, reading }) => [
      label,
      reading.total,
      ...names.map((name) => shareOf(reading, name)),
      reading.total > 0 ? reading.variation * 100 : undefined,
      reading.total > 0 ? reading.chance * 100 : undefined,
      reading.words,
    ]),
  }
}

function shareOf({ backends, total }: ShareReading, name: string): number | undefined {
  const backend = backends.find((one) => one.name === name)
  return backend === undefined || total === 0 ? undefined : backend.share * 100
}

export interface ReadCurve {
  readonly label: string
  /** Undefined if no call was timed. */
  readonly latencies: Latencies | undefined
}

export const curvesOf = ({ title, curves }: CurvesSection): ReadCurve[] =>
  curves.map(({ label, histograms }) => ({
    label,
    latencies: readLatencies(histograms, `section "${title}", curve "${label}"`),
  }))

/** In milliseconds. A percentile that fewer calls than one lie beyond is left out. */
export function curvesTable(curves: readonly ReadCurve[]): DataTable {
  const percentiles = [50, 90, 95, 99, 99.9, 99.99]
  return {
    columns: [
      { title: '' },
      { title: 'calls', decimals: 0 },
      ...percentiles.map((percentile) => ({ title: `p${percentile}`, unit: 'ms' })),
      { title: 'max', unit: 'ms' },
    ],
    rows: curves.map(({ label, latencies }) => [
      label,
      latencies?.calls ?? 0,
      ...percentiles.map((percentile) => percentileOf(latencies, percentile)),
      latencies === undefined ? undefined : latencies.max / 1000,
    ]),
  }
}

/** In milliseconds; undefined where fewer calls than one lie beyond. */
export function percentileOf(latencies: Latencies | undefined, percentile: number): number | undefined {
  if (latencies === undefined || latencies.calls * (100 - percentile) < 100 - 1e-6) return undefined
  return latencies.at(percentile) / 1000
}

export function barsTable({ unit, bars }: BarsSection): DataTable {
  const rounds = bars.reduce((most, { values }) => Math.max(most, values.length), 0)
  return {
    columns: [
      { title: '' },
      { title: rounds > 1 ? 'median' : 'value', unit },
      ...(rounds > 1 ? Array.from({ length: rounds }, (_, index) => ({ title: `round ${index + 1}` })) : []),
    ],
    rows: bars.map(({ label, values }) => [
      label,
      values.length === 0 ? undefined : median(values),
      ...(rounds > 1 ? Array.from({ length: rounds }, (_, index) => values[index]) : []),
    ]),
  }
}

/** A row for each x, a column for each line. */
export function linesTable({ x, lines }: LinesSection): DataTable {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([a]) => a)))].sort((a, b) => a - b)
  return {
    columns: [x, ...lines.map(({ label }) => ({ title: label }))],
    rows: xs.map((at): Cell[] => [at, ...lines.map(({ points }) => points.find(([a]) => a === at)?.[1])]),
  }
}

/** A second in a column would be wide, and an interval in a row long: a row has what an interval has on average, at most and at least. */
export function timelineTable({ unit, rows }: TimelineSection): DataTable {
  const columns = ['first', 'mean', 'peak', 'last'].map((title) => ({ title, unit }))
  return {
    columns: [
      { title: '' },
      { title: 'total', unit, decimals: 0 },
      ...columns,
      { title: 'longest without any', unit: 'ms', decimals: 0 },
    ],
    rows: rows.map(({ label, points }): Cell[] => {
      const values = points.map(([, value]) => value)
      const total = values.reduce((sum, value) => sum + value, 0)
      const peak = values.reduce((most, value) => Math.max(most, value), 0)
      const mean = values.length === 0 ? undefined : total / values.length
      const ends =
        values.length === 0 ? [undefined, mean, undefined, undefined] : [values[0], mean, peak, values.at(-1)]
      return [label, total, ...ends, longestGap(points)]
    }),
  }
}

function longestGap(points: TimelineSection['rows'][number]['points']): number {
  let longest = 0
  let since = points[0]?.[0] ?? 0
  for (const [at, value] of points) {
    if (value > 0) since = at
    else longest = Math.max(longest, at - since)
  }
  return longest
}
