// Whether a way differs from Envoy with round robin by more than its rounds differ among themselves.

import type { TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { cpuPerCall } from '../../../../harness/statistics/round.ts'
import {
  LATENCIES,
  type Measure,
  THROUGHPUT,
  verdictSection,
} from '../../../../harness/statistics/verdict-section.ts'
import { idOf } from '../cell.ts'
import type { Subject } from '../checks/subject.ts'

const CPU: Measure = { name: 'CPU of a call (µs)', of: (round) => cpuPerCall(round) }

/** What the others are compared with. */
const BASELINE = 'envoy-l7-round-robin'

/** @param subjects with one cell for each way */
export function verdictSections(
  results: Results,
  open: readonly Subject[],
  closed: readonly Subject[],
): readonly TableSection[] {
  const pairsOf = (subjects: readonly Subject[]) => {
    const baseline = subjects.find(({ way }) => way.id === BASELINE)
    if (baseline === undefined) return []
    return (
      subjects
        // Clients in other languages differ by more than the way.
        .filter((subject) => subject !== baseline && !subject.way.oneChannel)
        .map(({ way, cell }) => ({ label: way.title, a: idOf(baseline.cell), b: idOf(cell) }))
    )
  }
  return [
    verdictSection(results, {
      title: 'Are latency and CPU different?',
      says: 'A is Envoy L7 with round robin, B the way of the row, both at the same fixed rate.',
      ...{ pairs: pairsOf(open), measures: [...LATENCIES, CPU] },
    }),
    verdictSection(results, {
      title: 'Is the throughput different?',
      says: 'A is Envoy L7 with round robin, B the way of the row, both as fast as possible.',
      ...{ pairs: pairsOf(closed), measures: [THROUGHPUT] },
    }),
  ]
}
