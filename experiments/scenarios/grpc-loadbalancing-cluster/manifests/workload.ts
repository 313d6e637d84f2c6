// The Job that makes the calls.

import { type JobOptions, jobManifest } from '../../../../harness/cluster/job.ts'
import type { Manifest } from '../../../../harness/cluster/kinds.ts'
import { apartFrom, BACKENDS } from './backends.ts'

/** The longest profile takes less. */
const DEADLINE_SECONDS = 4 * 3600

export type WorkloadOptions = Pick<JobOptions, 'namespace' | 'image' | 'mesh' | 'profile' | 'cluster'>

export function workloadManifest(options: WorkloadOptions): Manifest {
  return jobManifest({
    ...options,
    scenario: 'grpc-loadbalancing-cluster',
    deadlineSeconds: DEADLINE_SECONDS,
    // Apart from the backends, so that they do not compete for CPU.
    affinity: apartFrom(BACKENDS),
  })
}
