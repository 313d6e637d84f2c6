// All objects of the scenario in a cluster, in the order in which they are applied.

import { NOT_DESCRIBED } from '../../../../harness/cluster/environment.ts'
import type { Manifest } from '../../../../harness/cluster/kinds.ts'
import type { Mesh } from '../../../../harness/cluster/meshes.ts'
import { namespaceManifest } from '../../../../harness/cluster/namespace.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import { backendManifests } from './backends.ts'
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
  return [
    namespaceManifest(namespace, mesh),
    ...serviceManifests(namespace, mesh),
    ...backendManifests({ namespace, image }),
    workloadManifest({ namespace, image, mesh, profile, cluster }),
  ]
}
