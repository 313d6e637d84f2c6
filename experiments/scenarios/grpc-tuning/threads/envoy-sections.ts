// What the report shows of Envoy's workers.

import type { TableSection } from '../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { meanOver, quantileOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { cpuOf } from '../cpu.ts'
import { busiestPercent } from './crew-sections.ts'
import { CONCURRENCY } from './crews.ts'
import { SERVERS } from './envoys.ts'
import { acceptedOf, measuredEnvoys, workerCpuOf } from './measured-envoys.ts'

export function envoySections(results: Results): readonly TableSection[] {
  const envoys = measuredEnvoys(results)
  if (envoys.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'Workers of an Envoy',
      says: `${CONCURRENCY} calls at a time through an Envoy at L7, to ${SERVERS} server processes behind one port (node:cluster). A worker takes whole connections, and has its own connection to the servers: so one worker reaches one process. With one socket, whichever worker is awake takes a connection; with a socket each (\`reusePort\` of the listener), the kernel chooses by a hash. The busiest is the mean over rounds of the largest share.`,
      columns: [
        { title: 'Envoy' },
        { title: 'calls', unit: '1/s', decimals: 0 },
        { title: 'p50', unit: 'ms', decimals: 2 },
        { title: 'p99', unit: 'ms', decimals: 2 },
        { title: 'Envoy', unit: 'µs CPU', decimals: 0 },
        { title: 'busiest worker', unit: '% of connections', decimals: 0 },
        { title: 'busiest worker', unit: '% of CPU', decimals: 0 },
        { title: 'busiest server', unit: '% of calls', decimals: 0 },
      ],
      rows: envoys.map(({ name, workers, rounds }) => [
        name,
        throughputOver(rounds).median,
        quantileOver(rounds, 'service', 0.5).merged,
        quantileOver(rounds, 'service', 0.99).merged,
        cpuOf(rounds, 'proxy'),
        largestPercent(rounds, (round) => acceptedOf(workers, round)),
        largestPercent(rounds, (round) => workerCpuOf(workers, round)),
        busiestPercent(rounds),
      ]),
    },
  ]
}

/** Mean over rounds of the largest share of the connections, of two workers. */
export const busiestWorkerPercent = (rounds: readonly Measured[]): number =>
  largestPercent(rounds, (round) => acceptedOf(2, round))

/** Mean over rounds of the largest share. */
function largestPercent(rounds: readonly Measured[], of: (round: Measured) => readonly number[]): number {
  return meanOver(rounds, (round) => {
    const values = of(round)
    return (100 * Math.max(...values)) / values.reduce((sum, one) => sum + one, 0)
  })
}
