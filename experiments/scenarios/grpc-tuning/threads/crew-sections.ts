// What the report shows of server processes behind one port.

import type { Section } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { meanOver, quantileOver, sharesOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { cpuOf } from '../cpu.ts'
import { CONCURRENCY } from './crews.ts'
import { measuredCrews } from './measured-crews.ts'

export function crewSections(results: Results): readonly Section[] {
  const crews = measuredCrews(results)
  if (crews.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Server processes behind one port',
      says: `A connection of HTTP/2 belongs to the process that accepted it, with all its calls. So a second process gets calls only if a client has a second connection, or if there are several clients. ${CONCURRENCY} calls at a time over all connections; client and servers share the cores of this machine.`,
      columns: [
        { title: 'servers' },
        { title: 'calls', unit: '1/s', decimals: 0 },
        { title: 'p50', unit: 'ms', decimals: 2 },
        { title: 'p99', unit: 'ms', decimals: 2 },
        { title: 'client', unit: 'µs CPU', decimals: 0 },
        { title: 'servers', unit: 'µs CPU', decimals: 0 },
        { title: 'busiest server', unit: '% of calls', decimals: 0 },
      ],
      rows: crews.map(({ name, rounds }) => [
        name,
        throughputOver(rounds).median,
        quantileOver(rounds, 'service', 0.5).merged,
        quantileOver(rounds, 'service', 0.99).merged,
        cpuOf(rounds, 'client'),
        cpuOf(rounds, 'server'),
        busiestPercent(rounds),
      ]),
    },
    {
      kind: 'shares',
      title: 'Which process answers',
      lines: crews
        .filter(({ processes }) => processes > 1)
        .map(({ name, rounds }) => ({ label: name, shares: sharesOver(rounds) })),
    },
  ]
}

/** Mean over rounds of the largest share. */
export function busiestPercent(rounds: readonly Measured[]): number {
  return meanOver(rounds, ({ shares = {} }) => {
    const calls = Object.values(shares)
    return (100 * Math.max(...calls)) / calls.reduce((sum, one) => sum + one, 0)
  })
}
