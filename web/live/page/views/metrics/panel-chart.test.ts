// What is drawn of the values that REST answers.

import t from 'tap'
import { chartOf, formatValue } from './panel-chart.ts'

const FROM = '2026-01-02T03:04:00.000Z'
const at = Date.parse(FROM) / 1_000
const valuesOf = (...series: readonly (readonly [legend: string, ...points: (number | null)[]])[]) => ({
  ...{ from: FROM, to: '2026-01-02T03:04:10.000Z', stepSeconds: 5, leftOut: 2 },
  series: series.map(([legend, ...points]) => ({ legend, labels: { le: legend }, points })),
})

t.test('each series is a column beside the times, in units that a person reads', async (t) => {
  const chart = chartOf(
    { kind: 'lines', unit: 'seconds' },
    valuesOf(['p50', 0.001, null, 0.002], ['p99', 1, 1, 2]),
  )
  t.match(chart, { unit: ' ms', range: [at, at + 10], leftOut: 2 })
  t.same(chart.columns, [
    [at, at + 5, at + 10],
    [1, null, 2],
    [1_000, 1_000, 2_000],
  ])
  t.match(chart.series, [{ label: 'p50' }, { label: 'p99' }])
  t.not(chart.series[0]?.color, chart.series[1]?.color)
  t.match(chartOf({ kind: 'value', unit: 'share' }, valuesOf(['OK', 1, 1, 0.5])).columns[1], [100, 100, 50])
})

t.test('a bucket of a heatmap is without those below it, whatever their order', async (t) => {
  const { series, columns, unit } = chartOf(
    { kind: 'heatmap', unit: 'seconds' },
    valuesOf(['+Inf', 9, 9, null], ['0.1', 5, 6, 7], ['0.5', 5, 5.9, 7], ['0.01', 2, 2, 0]),
  )
  t.equal(unit, '/s')
  t.same(
    series.map(({ label }) => label),
    ['≤ 10 ms', '≤ 100 ms', 'longer'],
    'nothing was between 100 and 500 ms',
  )
  t.same(columns.slice(1), [
    [2, 2, 0],
    [3, 4, 7],
    [4, 3.0999999999999996, null],
  ])
})

t.test('values have three digits', async (t) => {
  t.same(
    [0.01234, 99.96, 1234.5, 0].map((value) => formatValue(value, '/s')),
    ['0.0123/s', '100/s', '1235/s', '0/s'],
  )
  t.equal(formatValue(null, '/s'), '–')
})
