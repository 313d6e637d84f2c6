// What the report shows of the cost.

import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import type { PairedDifference } from '../../../../harness/statistics/paired-difference.ts'
import { decodeHistogram, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { addedBy, measuredIn, valuesOf, verdictOf } from './figures.ts'
import { CALLS_PER_SECOND, PAYLOAD_BYTES } from './measure-cost.ts'
import { MODES, type Mode } from './modes.ts'
import { bytesFigure } from './witness.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const measured = measuredIn(results)
  if (measured === undefined) return []
  const turns = valuesOf(measured, { id: 'none' }, 'both').length
  return [
    {
      kind: 'table',
      title: 'What each way to observe adds to a call',
      says: `Unary calls of ${PAYLOAD_BYTES} bytes each way through an Envoy, ${CALLS_PER_SECOND} a second, in **${turns} turns** of all ways in a new order each time. A turn is compared with that of **nothing** beside it, so that what slows the machine cancels out. Brackets contain the median with 95 % for all ways together, without an assumption about the noise (order statistics). **Nothing, again** shows what noise looks like, also the noise between two processes of one program. The verdict is about CPU time, by exact sign tests at the same level against both: a way costs something only if it does against each of them.`,
      columns: [
        { title: 'observed by' },
        { title: 'Envoy', unit: 'µs CPU/call', decimals: 0 },
        { title: 'service', unit: 'µs CPU/call', decimals: 0 },
        { title: 'added CPU of both (µs/call)' },
        { title: 'verdict' },
        { title: 'p50', unit: 'ms', decimals: 2 },
        { title: 'added p50 (µs)' },
        { title: 'p99', unit: 'ms', decimals: 2 },
        { title: 'log', unit: 'bytes/call', decimals: 0 },
      ],
      rows: MODES.map((mode) => rowOf(measured, mode)),
    },
    {
      kind: 'curves',
      title: 'Latency, observed and not',
      curves: MODES.map(({ id, title }) => ({ label: title, histograms: [measured.histograms[id] ?? ''] })),
    },
    {
      kind: 'table',
      title: 'What was on',
      columns: [{ title: 'way' }, { title: 'on' }],
      rows: MODES.map(({ title, on }): readonly Cell[] => [title, on]),
    },
  ]
}

function rowOf(measured: Measured, mode: Mode): readonly Cell[] {
  const middle = (name: 'proxy' | 'server') => median(valuesOf(measured, mode, name))
  const quantile = (share: number) => quantileMs(decodeHistogram(measured.histograms[mode.id] ?? ''), share)
  const isBase = mode.id === 'none'
  const [cpu, p50] = [addedBy(measured, mode, 'both'), addedBy(measured, mode, 'p50')]
  return [
    mode.title,
    middle('proxy'),
    middle('server'),
    isBase ? undefined : intervalOf(cpu),
    isBase ? undefined : verdictOf(measured, mode, 'both'),
    quantile(0.5),
    isBase ? undefined : intervalOf(p50),
    quantile(0.99),
    measured.figures[bytesFigure(mode.id)],
  ]
}

/** Such as `+12 (9 to 15)`. */
function intervalOf({ median: middle, low, high }: PairedDifference): string {
  return `${signed(middle)} (${signed(low)} to ${signed(high)})`
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(0)
  return text === '0' ? '0' : `${value < 0 ? '−' : '+'}${text}`
}
