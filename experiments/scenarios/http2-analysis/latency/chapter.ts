// Latency and throughput: Node's HTTP/1.1 and HTTP/2 with one handler, and gRPC beside them.

import type { Chapter } from '../../../../harness/chapter.ts'
import { checksOf } from './checks.ts'
import { BODIES, cellId, cellsOf, LOADED_WAYS, windowOf } from './matrix.ts'
import { measureCell } from './measure.ts'
import { sectionsOf } from './sections.ts'

export const LATENCY: Chapter = {
  title: 'Against HTTP/1.1',
  runs: (profile) => {
    const { warmUpSeconds, seconds } = windowOf(profile)
    return cellsOf(profile).map((cell) => ({
      id: cellId(cell),
      labels: {
        way: LOADED_WAYS[cell.name].title,
        body: BODIES[cell.body].title,
        concurrency: String(cell.concurrency),
      },
      seconds: warmUpSeconds + seconds + 0.2,
      measure: (context) => measureCell(context, cell),
    }))
  },
  checks: checksOf,
  sections: sectionsOf,
}
