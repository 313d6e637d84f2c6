// Latency and throughput by transport, payload, pattern and concurrency.

import type { Chapter } from '../../../../harness/chapter.ts'
import { needsOf } from '../ends.ts'
import { cellId, labelsOf } from './cells.ts'
import { checksOf } from './checks.ts'
import { measureCell } from './measure.ts'
import { cellsOf, windowOf } from './plan.ts'
import { sectionsOf } from './sections.ts'

/** What a run takes beside its window, once the ends run. */
const SET_UP_SECONDS = 0.15

export const MATRIX: Chapter = {
  title: 'The matrix',
  runs: (profile) =>
    cellsOf(profile).map((planned) => {
      const { transport, cell } = planned
      const { warmUpSeconds, seconds } = windowOf(profile, transport, cell)
      return {
        id: cellId(transport.id, cell),
        labels: labelsOf(transport.title, cell),
        needs: needsOf(transport),
        ...(transport.emulates !== undefined && { emulates: transport.emulates }),
        seconds: warmUpSeconds + seconds + SET_UP_SECONDS,
        measure: (context) => measureCell(context, planned),
      }
    }),
  checks: checksOf,
  sections: sectionsOf,
}
