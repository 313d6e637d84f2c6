// The scenario of a Job in a Kubernetes cluster: the transports that the cluster gives to one client and servers near and far.

import { readEnvironment } from '../../../harness/cluster/environment.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { checksOfCells } from '../grpc-transport-benchmark/matrix/checks.ts'
import { measuredCells } from '../grpc-transport-benchmark/matrix/measured.ts'
import { PLACEMENTS } from './placements.ts'
import { runsOf } from './runs.ts'
import { sectionsOf } from './sections.ts'

export const SCENARIO: Scenario = {
  name: 'grpc-transport-benchmark-cluster',
  title: 'What a hop costs in a Kubernetes cluster',
  question: 'How much do sockets, nodes, Services and the mesh of a cluster add to a call?',
  plan: (profile) => ({
    runs: runsOf(profile, readEnvironment(process.env), process.env),
    checks: (results) =>
      checksOfCells(measuredCells(results, PLACEMENTS)).filter(({ outcome }) => outcome !== 'not measured'),
    sections: sectionsOf,
  }),
}
