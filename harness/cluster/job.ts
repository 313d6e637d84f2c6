// A Job that runs a scenario. It needs no rights in the cluster: what it measures is at the end of its log.

import type { Affinity, Container, Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts'
import type { ProfileName } from '../profile.ts'
import { VARIABLES } from './environment.ts'
import type { Manifest } from './kinds.ts'
import { MESH, type Mesh } from './meshes.ts'
import { labelsOf, restrictedContainer, restrictedPod } from './pod.ts'

export const WORKLOAD = 'workload'

/**
 * Nothing can be copied from a pod that has ended, but its log can be read: the results are its only line that begins with `{`.
 * On one line they are a third as long, and a log is cut at 10 MiB.
 */
const SCRIPT = `\
out=\${TMPDIR:-/tmp}/results
node cli/yard.ts scenario run "$1" --profile "$2" --out "$out"
code=$?
node --print 'JSON.stringify(require(process.argv[1]))' "$out/results.json"
exit "$code"
`

/** Whole CPUs in a pod whose containers all request what they may use: a kubelet with a static CPU manager gives it cores of its own. */
const RESOURCES = { cpu: '2', memory: '1Gi' }

export interface JobOptions {
  readonly namespace: string
  readonly image: string
  /** The name of the scenario. */
  readonly scenario: string
  readonly mesh: Mesh
  readonly profile: ProfileName
  /** For the report, such as "kind, Kubernetes 1.34, Istio 1.28". */
  readonly cluster: string
  /** The longest profile must take less. */
  readonly deadlineSeconds: number
  readonly affinity?: Affinity
  readonly nodeSelector?: Readonly<Record<string, string>>
  /** Servers in the same pod, which start before it and end with it. */
  readonly sidecars?: readonly Container[]
  readonly volumes?: readonly Volume[]
  readonly volumeMounts?: readonly VolumeMount[]
  readonly env?: NonNullable<Container['env']>
}

export function jobManifest(options: JobOptions): Manifest {
  const { namespace, image, scenario, mesh, profile, cluster, deadlineSeconds } = options
  const { affinity, nodeSelector, sidecars = [], volumes = [], volumeMounts = [], env = [] } = options
  const annotations = {
    // With a sidecar beside it, `kubectl logs` shows this container.
    'kubectl.kubernetes.io/default-container': WORKLOAD,
    ...MESH[mesh].jobAnnotations,
  }
  const container = restrictedContainer({ name: WORKLOAD, image, resources: RESOURCES })
  const pod = restrictedPod([
    {
      ...container,
      command: ['sh', '-c', SCRIPT],
      args: ['sh', scenario, profile],
      env: [{ name: VARIABLES.mesh, value: mesh }, { name: VARIABLES.cluster, value: cluster }, ...env],
      volumeMounts: [...(container.volumeMounts ?? []), ...volumeMounts],
    },
  ])
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: WORKLOAD, namespace, labels: labelsOf(WORKLOAD) },
    spec: {
      // A second try would measure servers that are warm from the first.
      backoffLimit: 0,
      activeDeadlineSeconds: deadlineSeconds,
      template: {
        metadata: { labels: labelsOf(WORKLOAD), annotations },
        spec: {
          ...pod,
          ...(sidecars.length > 0 && { initContainers: [...sidecars] }),
          volumes: [...(pod.volumes ?? []), ...volumes],
          restartPolicy: 'Never',
          ...(affinity && { affinity }),
          ...(nodeSelector && { nodeSelector: { ...nodeSelector } }),
        },
      },
    },
  }
}
