// The base cell over all transports: percentiles with their intervals, how much rounds vary, and whether it differs from loopback.

import { significant } from '../../../../../harness/report/content/number-text.ts'
import type { Cell as TableCell, TableSection } from '../../../../../harness/report/section.ts'
import { quantileInterval } from '../../../../../harness/statistics/quantile-interval.ts'
import { quantileOver } from '../../../../../harness/statistics/rounds.ts'
import { compareRounds, describeVerdict, NOISY_VARIATION } from '../../../../../harness/statistics/verdict.ts'
import { BASE, isSame } from '../cells.ts'
import { findCell, latencyName, type MeasuredCell } from '../measured.ts'

const PERCENTILES = [50, 95, 99, 99.9] as const
const REFERENCE = 'loopback'

export function latencyTables(cells: readonly MeasuredCell[]): readonly TableSection[] {
  const own = cells.filter(({ cell }) => isSame(cell, BASE))
  const byCalls = own.some((one) => intervalOf(one, 0.5)?.by === 'calls')
  return [
    {
      kind: 'table',
      title: 'Latency of the smallest call, over every transport',
      says: `Unary echo calls of 64 B, one at a time, in microseconds. Behind each percentile is its interval of 95 %, ${byCalls ? 'by order statistics of the calls, because there are fewer than three rounds' : 'a t-interval over the rounds'}; without one, too few calls lie beyond it.`,
      columns: [
        { title: 'transport' },
        { title: 'calls', decimals: 0 },
        ...PERCENTILES.map((percentile) => ({ title: `p${percentile} (µs)` })),
      ],
      rows: own.map((one): TableCell[] => [
        one.transport.title,
        one.rounds.reduce((sum, { calls }) => sum + calls, 0),
        ...PERCENTILES.map((percentile) => intervalText(one, percentile / 100)),
      ]),
    },
    steadiness(own, findCell(cells, REFERENCE, BASE)),
  ]
}

function steadiness(own: readonly MeasuredCell[], reference: MeasuredCell | undefined): TableSection {
  return {
    kind: 'table',
    title: 'How steady it is, and whether it differs from loopback',
    says: `The same calls. CV is the coefficient of variation of p50 over the rounds: above ${NOISY_VARIATION * 100} % a run is **noisy**, and its differences to others say little. The verdict is that of an exact rank test of the rounds' p50 against loopback.`,
    columns: [
      { title: 'transport' },
      { title: 'p50 of the rounds', unit: 'µs' },
      { title: 'CV' },
      { title: 'against loopback' },
    ],
    rows: own.map((one): TableCell[] => [
      one.transport.title,
      p50Of(one).median * 1_000,
      variationText(one),
      one === reference || reference === undefined ? undefined : verdictText(reference, one),
    ]),
  }
}

const intervalOf = ({ rounds, cell }: MeasuredCell, share: number) =>
  quantileInterval(rounds, latencyName(cell), share)

function intervalText(one: MeasuredCell, share: number): string | undefined {
  const interval = intervalOf(one, share)
  if (interval === undefined) return undefined
  const [value, low, high] = [interval.value, interval.low, interval.high].map(
    (ms) => ms !== undefined && significant(ms * 1_000),
  )
  return low === false || high === false ? `${value}` : `${value} (${low}–${high})`
}

const p50Of = ({ rounds, cell }: MeasuredCell) => quantileOver(rounds, latencyName(cell), 0.5)

function variationText(one: MeasuredCell): string | undefined {
  const { variation, isNoisy } = p50Of(one)
  if (Number.isNaN(variation)) return undefined
  return `${significant(variation * 100, 2)} %${isNoisy ? ', **noisy**' : ''}`
}

function verdictText(reference: MeasuredCell, one: MeasuredCell): string {
  return describeVerdict(compareRounds(p50Of(reference).values, p50Of(one).values))
}
