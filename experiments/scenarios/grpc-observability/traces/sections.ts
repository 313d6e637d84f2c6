// What the report shows of the traces: a table for each trace that a run has kept.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { measuredOf, shownIn } from './figures.ts'

interface Shown {
  readonly id: string
  readonly title: string
}

export function sectionsOf(results: Results, runs: readonly Shown[]): readonly Section[] {
  return runs.flatMap((one) => {
    const measured = measuredOf(results, one)
    const spans = measured === undefined ? [] : shownIn(measured)
    if (spans.length === 0) return []
    return [
      {
        kind: 'table' as const,
        title: one.title,
        says: 'The last trace of the run, as the collector got it. Each span is below the one that it belongs to; times count from the beginning of the trace.',
        columns: [
          { title: 'span' },
          { title: 'kind' },
          { title: 'method' },
          { title: 'begins', unit: 'ms', decimals: 2 },
          { title: 'takes', unit: 'ms', decimals: 2 },
          { title: 'status' },
        ],
        rows: spans.map(({ depth, service, kind, name, atMs, durationMs, status }) => [
          `${'· '.repeat(depth)}${service}`,
          kind,
          // Envoy has the path, the instrumentation puts "grpc." before the service.
          name.replace(/^(grpc\.|\/)/, ''),
          atMs,
          durationMs,
          status,
        ]),
      },
    ]
  })
}
