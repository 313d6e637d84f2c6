// All objects of the scenario in a cluster, in the order in which they are applied.

import { stringify } from 'yaml'
import type { ProfileName } from '../../../harness/profile.ts'
import { NOT_DESCRIBED } from '../environment.ts'
import { MESH, type Mesh } from '../meshes.ts'
import { backendManifests } from './backends.ts'
import type { Manifest } from './kinds.ts'
import { PART_OF } from './pod.ts'
import { serviceManifests } from './services.ts'
import { workloadManifest } from './workload.ts'

export interface ClusterOptions {
  /** An image that `examples/run-it/Dockerfile` makes, under a name that the nodes of the cluster can pull or have. */
  readonly image: string
  readonly mesh: Mesh
  /** Default: `grpc-loadbalancing-MESH`, so that several meshes of one cluster can be measured. */
  readonly namespace?: string
  /** Default: `standard`. */
  readonly profile?: ProfileName
  /** For the report, such as "kind, Kubernetes 1.34, Istio 1.28". Default: `not described`. */
  readonly cluster?: string
}

export function clusterManifests(options: ClusterOptions): readonly Manifest[] {
  const { image, mesh, profile = 'standard', cluster = NOT_DESCRIBED } = options
  const namespace = options.namespace ?? `grpc-loadbalancing-${mesh}`
  const { namespaceLabels, namespaceAnnotations } = MESH[mesh]
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { ...PART_OF, ...namespaceLabels },
        ...(namespaceAnnotations && { annotations: { ...namespaceAnnotations } }),
      },
    },
    ...serviceManifests(namespace, mesh),
    ...backendManifests({ namespace, image }),
    workloadManifest({ namespace, image, mesh, profile, cluster }),
  ]
}

/** As `kubectl apply -f -` reads them. */
export function renderManifests(manifests: readonly Manifest[]): string {
  return manifests.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n')
}
