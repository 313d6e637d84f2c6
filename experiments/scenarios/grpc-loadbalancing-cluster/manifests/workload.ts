// The Job that makes the calls. It needs no rights in the cluster: what it measures is at the end of its log.

import type { ProfileName } from '../../../harness/profile.ts'
import { VARIABLES } from '../environment.ts'
import { MESH, type Mesh } from '../meshes.ts'
import { apartFrom, BACKENDS } from './backends.ts'
import type { Manifest } from './kinds.ts'
import { labelsOf, restrictedContainer, restrictedPod } from './pod.ts'

export const WORKLOAD = 'workload'

/**
 * Nothing can be copied from a pod that has ended, but its log can be read: the results are its only line that begins with `{`.
 * On one line they are a third as long, and a log is cut at 10 MiB.
 */
const SCRIPT = `\
out=\${TMPDIR:-/tmp}/results
node cli/yard.ts scenario run grpc-loadbalancing-cluster --profile "$1" --out "$out"
code=$?
node --print 'JSON.stringify(require(process.argv[1]))' "$out/results.json"
exit "$code"
`

/** The longest profile takes less. */
const DEADLINE_SECONDS = 4 * 3600

export interface WorkloadOptions {
  readonly namespace: string
  readonly image: string
  readonly mesh: Mesh
  readonly profile: ProfileName
  /** For the report, such as "kind, Kubernetes 1.34, Istio 1.28". */
  readonly cluster: string
}

export function workloadManifest(options: WorkloadOptions): Manifest {
  const { namespace, image, mesh, profile, cluster } = options
  const annotations = {
    // With a sidecar beside it, `kubectl logs` shows this container.
    'kubectl.kubernetes.io/default-container': WORKLOAD,
    ...MESH[mesh].jobAnnotations,
  }
  const pod = restrictedPod([
    {
      ...restrictedContainer({ name: WORKLOAD, image, resources: { cpu: '2', memory: '1Gi' } }),
      command: ['sh', '-c', SCRIPT],
      args: ['sh', profile],
      env: [
        { name: VARIABLES.mesh, value: mesh },
        { name: VARIABLES.cluster, value: cluster },
      ],
    },
  ])
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: WORKLOAD, namespace, labels: labelsOf(WORKLOAD) },
    spec: {
      // A second try would measure backends that are warm from the first.
      backoffLimit: 0,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      template: {
        metadata: { labels: labelsOf(WORKLOAD), annotations },
        // Apart from the backends, so that they do not compete for CPU.
        spec: { ...pod, restartPolicy: 'Never', affinity: apartFrom(BACKENDS) },
      },
    },
  }
}
