// What the report shows of the two load generators.

import type { TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { quantileOver, throughputOver } from '../../../../harness/statistics/rounds.ts'
import { compareRounds, describeVerdict } from '../../../../harness/statistics/verdict.ts'
import { measuredTools } from './measured.ts'

export function sectionsOf(results: Results): readonly TableSection[] {
  const measured = measuredTools(results)
  if (measured.length === 0) return []
  return [
    {
      kind: 'table',
      title: 'ghz beside this load generator',
      says: 'The same server in Node, the same request of 64 B, in turns. What differs is the client: `ghz` is gRPC in Go, ours is grpc-js. The difference at one call at a time is the own time of a client in Node, which every figure of the matrix contains; many at a time show which client can ask for more.',
      columns: [
        { title: 'cell' },
        { title: 'p50, ours', unit: 'µs', decimals: 0 },
        { title: 'p50, ghz', unit: 'µs', decimals: 0 },
        { title: 'ghz against ours' },
        { title: 'calls/s, ours', decimals: 0 },
        { title: 'calls/s, ghz', decimals: 0 },
      ],
      rows: measured.map(({ name, rounds }) => {
        const p50 = {
          ours: quantileOver(rounds.switchyard, 'service', 0.5),
          ghz: quantileOver(rounds.ghz, 'service', 0.5),
        }
        return [
          name,
          ...[p50.ours.merged * 1_000, p50.ghz.merged * 1_000],
          describeVerdict(compareRounds(p50.ours.values, p50.ghz.values)),
          ...[throughputOver(rounds.switchyard).median, throughputOver(rounds.ghz).median],
        ]
      }),
    },
  ]
}
