// Throughput and latency over concurrency, a line for each transport.

import type { LinesSection } from '../../../../../harness/report/section.ts'
import { quantileOver, throughputOver } from '../../../../../harness/statistics/rounds.ts'
import { CONCURRENCIES } from '../cells.ts'
import { type MeasuredCell, transportsOf } from '../measured.ts'

export function throughputLines(cells: readonly MeasuredCell[]): readonly LinesSection[] {
  const own = cells.filter(({ cell }) => cell.pattern === 'unary' && cell.payload === 64)
  const lines = (value: (one: MeasuredCell) => number) =>
    transportsOf(own)
      .map(({ id, title }) => ({
        label: title,
        points: own
          .filter(({ transport }) => transport.id === id)
          .map((one) => [one.cell.concurrency, value(one)] as const)
          .filter(([, y]) => y > 0)
          .toSorted(([a], [b]) => a - b),
      }))
      .filter(({ points }) => points.length === CONCURRENCIES.length)
  const throughput = lines(({ rounds }) => throughputOver(rounds).median)
  // With one concurrency there is nothing to draw over it.
  if (throughput.length === 0) return []
  const x = { title: 'calls at a time', scale: 'log' } as const
  return [
    {
      ...{ kind: 'lines', title: 'Throughput over concurrency', x },
      says: 'Unary echo calls of 64 B over one connection. Where lines of near transports meet, a core is busy, and the transport no longer decides; a far one needs the concurrency to fill its round trip.',
      y: { title: 'calls a second', scale: 'log' },
      lines: throughput,
    },
    {
      ...{ kind: 'lines', title: 'Latency over concurrency', x },
      y: { title: 'p50', unit: 'ms', scale: 'log' },
      lines: lines(({ rounds }) => quantileOver(rounds, 'service', 0.5).merged),
    },
  ]
}
