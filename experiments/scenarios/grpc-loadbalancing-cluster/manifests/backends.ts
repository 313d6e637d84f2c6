// The backends: a Deployment that spreads them over the nodes, and the budget that keeps most of them during a drain of nodes.

import type { Manifest } from '../../../../harness/cluster/kinds.ts'
import { labelsOf, restrictedContainer, restrictedPod, selectorOf } from '../../../../harness/cluster/pod.ts'
import { BACKEND_COUNT, PORT } from '../targets.ts'

/** Endpoints change after a pod has begun to end. Until kube-proxy, the meshes and DNS know, it must still serve. */
const SERVE_WHILE_ENDING_SECONDS = 5

export const BACKENDS = 'echo'

export function backendManifests(options: {
  readonly namespace: string
  readonly image: string
}): readonly Manifest[] {
  const { namespace, image } = options
  const metadata = { name: BACKENDS, namespace, labels: labelsOf(BACKENDS) }
  const selector = { matchLabels: selectorOf(BACKENDS) }
  const pod = restrictedPod([
    {
      ...restrictedContainer({ name: 'echo', image, resources: { cpu: '500m', memory: '256Mi' } }),
      command: ['node', 'services/backend.ts'],
      args: ['--id', '$(POD_NAME)', '--listen', `0.0.0.0:${PORT}`, '--stay'],
      env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      ports: [{ name: 'grpc', containerPort: PORT }],
      readinessProbe: { grpc: { port: PORT }, periodSeconds: 2 },
      lifecycle: { preStop: { sleep: { seconds: SERVE_WHILE_ENDING_SECONDS } } },
    },
  ])
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: BACKEND_COUNT,
        selector,
        // A rolling restart has as many backends as before at any time.
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: { labels: labelsOf(BACKENDS) },
          spec: { ...pod, affinity: apartFrom(BACKENDS) },
        },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, selector },
    },
  ]
}

/** Prefers nodes without such pods; a cluster of one node still runs all. */
export function apartFrom(name: string) {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: selectorOf(name) },
          },
        },
      ],
    },
  }
}
