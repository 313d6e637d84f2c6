// What is drawn of a panel's values: colors, units that a person reads, and the columns of the chart.

import type { DashboardPanel, PanelValues } from '../../store/contract.ts'
import type { ChartedStrip } from '../time/chart-options.ts'
import type { Columns } from '../time/series.ts'

export interface PanelChart {
  readonly series: ChartedStrip['series']
  readonly columns: Columns
  readonly unit: string
  /** In seconds since 1970. */
  readonly range: readonly [number, number]
  readonly leftOut: number
}

type Series = PanelValues['series'][number]

const COLORS = ['--b1', '--b2', '--b3', '--b4', '--b5', '--b6', '--b7', '--b8']
const UNITS: Readonly<Record<DashboardPanel['unit'], readonly [unit: string, factor: number]>> = {
  'calls a second': ['/s', 1],
  'a second': ['/s', 1],
  count: ['', 1],
  share: [' %', 100],
  seconds: [' ms', 1_000],
}

export function chartOf(
  { kind, unit }: Pick<DashboardPanel, 'kind' | 'unit'>,
  values: PanelValues,
): PanelChart {
  // The values of a heatmap are how often its unit was seen.
  const [name, factor] = kind === 'heatmap' ? (['/s', 1] as const) : UNITS[unit]
  const series = kind === 'heatmap' ? apart(values.series) : values.series
  const range = [Date.parse(values.from) / 1_000, Date.parse(values.to) / 1_000] as const
  const length = Math.round((range[1] - range[0]) / values.stepSeconds) + 1
  return {
    ...{ unit: name, range, leftOut: values.leftOut },
    series: series.map(({ legend }, index) => ({
      label: legend,
      color: COLORS[index % COLORS.length] ?? '',
    })),
    columns: [
      Array.from({ length }, (_, index) => range[0] + index * values.stepSeconds),
      ...series.map(({ points }) => points.map((value) => (value === null ? null : value * factor))),
    ],
  }
}

/** Each bucket without those below it; the ones that are never hit are left out. */
function apart(buckets: readonly Series[]): readonly Series[] {
  const edge = ({ labels }: Series) => Number(labels.le?.replace('+Inf', 'Infinity'))
  const sorted = buckets.toSorted((one, other) => edge(one) - edge(other))
  return sorted
    .map((one, index) => ({
      ...one,
      legend: edge(one) === Infinity ? 'longer' : `≤ ${edge(one) * 1_000} ms`,
      points: one.points.map((value, at) =>
        // Prometheus extrapolates each bucket by itself, so that the difference may be a little below 0.
        value === null ? null : Math.max(0, value - (sorted[index - 1]?.points[at] ?? 0)),
      ),
    }))
    .filter(({ points }) => points.some((value) => value !== null && value > 0))
}

/** With three digits. */
export function formatValue(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return '–'
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))}${unit}`
}
