// The report: where it was measured, shares, latencies and throughput. The Job sees no CPU but its own, so it has no section on costs.

import { placeSection } from '../../../harness/cluster/place-section.ts'
import type { Section } from '../../../harness/report/section.ts'
import type { Results } from '../../../harness/results.ts'
import type { Cell } from '../grpc-loadbalancing/cell.ts'
import { isCompared, type Subject, subjectsOf } from '../grpc-loadbalancing/checks/subject.ts'
import { curves, throughputSection } from '../grpc-loadbalancing/sections/latency.ts'
import { sharesSections } from '../grpc-loadbalancing/sections/shares.ts'
import { ALL_WAYS } from './targets.ts'

const ABOUT =
  'Backends are named after their pods. The machine below is the node of the Job; the backends were on others, if the cluster had enough.'

export function sectionsOf(results: Results): readonly Section[] {
  const subjects = subjectsOf(results, ALL_WAYS)
  if (subjects.length === 0) return []
  const base = subjects.filter(isIn('open'))
  const closed = subjects.filter(isIn('closed'))
  return [
    placeSection(results, 'grpc-loadbalancing', ABOUT),
    ...sharesSections(base, subjects),
    curves(
      'Latency: short calls at a fixed rate',
      base,
      'The network between nodes is in it. What may differ by it is which node a backend is on.',
    ),
    ...(closed.length === 0
      ? []
      : [throughputSection(closed, 'One process makes all calls, and may be the limit.')]),
  ]
}

function isIn(loop: Cell['loop']): (subject: Subject) => boolean {
  return (subject) => isCompared(subject, { loop, workload: 'unary' })
}
