// Distributions of latency, by payload: a curve for each transport.

import type { CurvesSection } from '../../../../../harness/report/section.ts'
import { PAYLOADS, payloadText } from '../cells.ts'
import { latencyOf, type MeasuredCell } from '../measured.ts'

export function curvesOf(cells: readonly MeasuredCell[]): readonly CurvesSection[] {
  return PAYLOADS.flatMap((payload): CurvesSection[] => {
    const shown = cells.filter(
      ({ cell }) => cell.pattern === 'unary' && cell.concurrency === 1 && cell.payload === payload,
    )
    if (shown.length === 0) return []
    return [
      {
        kind: 'curves',
        title: `Distribution of latency: ${payloadText(payload)}`,
        says: 'Unary echo calls, one at a time.',
        curves: shown.map((one) => ({ label: one.transport.title, histograms: latencyOf(one) })),
      },
    ]
  })
}
