// The scenario of a Job in a Kubernetes cluster: the ways that the cluster and its mesh give to the same backends.

import { readEnvironment } from '../../../harness/cluster/environment.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { checksOf } from './checks.ts'
import { runsOf } from './runs.ts'
import { sectionsOf } from './sections.ts'

export const SCENARIO: Scenario = {
  name: 'grpc-loadbalancing-cluster',
  title: 'Load balancing of gRPC in a Kubernetes cluster',
  question: 'How do the Services and the mesh of a cluster spread calls?',
  plan: (profile) => ({
    runs: runsOf(profile, readEnvironment(process.env)),
    checks: checksOf,
    sections: sectionsOf,
  }),
}
