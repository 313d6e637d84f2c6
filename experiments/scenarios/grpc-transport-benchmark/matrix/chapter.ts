// Latency and throughput by transport, payload, pattern and concurrency.

import type { Chapter } from '../../../harness/chapter.ts'
import { check } from '../../../harness/check.ts'
import { failedOf } from '../../../harness/statistics/round.ts'
import { measuredRuns, totalOver } from '../../../harness/statistics/rounds.ts'
import { BASE, cellId, payloadText } from './cells.ts'
import { LOCAL_TRANSPORTS } from './local-transports.ts'
import { measureCell } from './measure.ts'

export const MATRIX: Chapter = {
  title: 'The matrix',
  runs: () =>
    LOCAL_TRANSPORTS.map((transport) => ({
      id: cellId(transport.id, BASE),
      labels: { transport: transport.title, pattern: BASE.pattern, payload: payloadText(BASE.payload) },
      measure: (context) => measureCell(context, transport, BASE),
    })),
  checks: (results) => [
    check(
      'O8.8',
      'Every call is answered in full, over each transport',
      measuredRuns(results).map(({ id, rounds }) => {
        const [calls, failed] = [totalOver(rounds, (round) => round.calls), totalOver(rounds, failedOf)]
        return { fact: `${id}: ${failed} of ${calls} calls failed`, holds: calls > 0 && failed === 0 }
      }),
    ),
  ],
  sections: (results) => {
    const runs = measuredRuns(results)
    if (runs.length === 0) return []
    return [
      {
        kind: 'curves',
        title: 'Latency of a small unary call, by transport',
        curves: runs.map(({ labels, rounds }) => ({
          label: labels.transport ?? '',
          histograms: rounds.flatMap(({ histograms }) => histograms.service ?? []),
        })),
      },
    ]
  },
}
