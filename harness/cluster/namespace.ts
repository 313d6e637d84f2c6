// The namespace of a scenario, as part of a mesh.

import type { Manifest } from './kinds.ts'
import { MESH, type Mesh } from './meshes.ts'
import { PART_OF } from './pod.ts'

/** @param podSecurity what its pods may do, where no mesh needs more: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export function namespaceManifest(
  name: string,
  mesh: Mesh,
  podSecurity: 'restricted' | 'privileged' = 'restricted',
): Manifest {
  const { namespaceLabels, namespaceAnnotations } = MESH[mesh]
  // The proxies of meshes need more than "restricted" allows, unless a CNI plugin of the mesh prepares their network.
  const security = mesh === 'none' ? { 'pod-security.kubernetes.io/enforce': podSecurity } : {}
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...PART_OF, ...security, ...namespaceLabels },
      ...(namespaceAnnotations && { annotations: { ...namespaceAnnotations } }),
    },
  }
}
