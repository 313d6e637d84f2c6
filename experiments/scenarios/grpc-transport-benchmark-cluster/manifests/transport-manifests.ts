// All objects of the scenario in a cluster, in the order in which they are applied.

import { NOT_DESCRIBED } from '../../../../harness/cluster/environment.ts'
import { jobManifest } from '../../../../harness/cluster/job.ts'
import type { Manifest } from '../../../../harness/cluster/kinds.ts'
import type { Mesh } from '../../../../harness/cluster/meshes.ts'
import { namespaceManifest } from '../../../../harness/cluster/namespace.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import { HOST_IP, HOST_PATH, NODE_PORT } from '../placements.ts'
import {
  HOST_MOUNT,
  HOST_VOLUME,
  OWN_MOUNT,
  OWN_VOLUME,
  serverManifests,
  serversBesideClient,
} from './servers.ts'
import { serviceManifests } from './services.ts'

/** In the range that clusters have by default. */
const DEFAULT_NODE_PORT = 30_551

/** A day: the full profile takes most of it. */
const DEADLINE_SECONDS = 24 * 3600

export interface TransportClusterOptions {
  /** An image that `examples/run-it/Dockerfile` makes, under a name that the nodes of the cluster can pull or have. */
  readonly image: string
  /** Whose sidecars, or whose proxies on nodes, the pods get. Default: `none`. */
  readonly mesh?: Mesh
  /** Default: `grpc-transports-MESH`, so that a cluster with and without a mesh can be measured. */
  readonly namespace?: string
  /** Default: `standard`. */
  readonly profile?: ProfileName
  /** For the report, such as "kind, Kubernetes 1.34, Cilium 1.18". Default: `not described`. */
  readonly cluster?: string
  /** Whether a server has its socket in a folder of the node, for which the namespace must be privileged. Default: true. */
  readonly hostPath?: boolean
  /** Default: 30551. */
  readonly nodePort?: number
  /** Labels of the node for the client, such as `{ 'node-role': 'bench' }`. Default: any node. */
  readonly clientNode?: Readonly<Record<string, string>>
}

export function transportManifests(options: TransportClusterOptions): readonly Manifest[] {
  const { image, mesh = 'none', profile = 'standard', cluster = NOT_DESCRIBED, clientNode } = options
  const { hostPath = true, nodePort = DEFAULT_NODE_PORT } = options
  const namespace = options.namespace ?? `grpc-transports-${mesh}`
  return [
    namespaceManifest(namespace, mesh, hostPath ? 'privileged' : 'restricted'),
    ...serviceManifests(namespace, nodePort),
    ...serverManifests({ namespace, image, hostPath }),
    jobManifest({
      ...{ namespace, image, mesh, profile, cluster },
      scenario: 'grpc-transport-benchmark-cluster',
      deadlineSeconds: DEADLINE_SECONDS,
      sidecars: serversBesideClient(image),
      volumes: [OWN_VOLUME, ...(hostPath ? [HOST_VOLUME] : [])],
      volumeMounts: [OWN_MOUNT, ...(hostPath ? [HOST_MOUNT] : [])],
      env: [
        { name: HOST_IP, valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
        { name: NODE_PORT, value: String(nodePort) },
        { name: HOST_PATH, value: String(hostPath) },
      ],
      ...(clientNode && { nodeSelector: clientNode }),
    }),
  ]
}
