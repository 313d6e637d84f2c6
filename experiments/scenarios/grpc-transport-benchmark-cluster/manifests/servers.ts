// The servers: two beside the client in the pod of the Job, and a Deployment for each other place.

import type { Affinity, Container, PodSpec, Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts'
import { WORKLOAD } from '../../../../harness/cluster/job.ts'
import type { Manifest } from '../../../../harness/cluster/kinds.ts'
import {
  labelsOf,
  restrictedContainer,
  restrictedPod,
  selectorOf,
  USER,
} from '../../../../harness/cluster/pod.ts'
import { METRICS_PORT, PORT, SERVERS, SOCKETS } from '../placements.ts'

export interface ServerOptions {
  readonly namespace: string
  readonly image: string
}

/** A whole CPU, for the reason that the Job has two. */
const RESOURCES = { cpu: '1', memory: '512Mi' }
const NODE_FOLDER = '/run/switchyard-transports'

export const OWN_VOLUME: Volume = { name: 'sockets', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }
export const OWN_MOUNT: VolumeMount = { name: 'sockets', mountPath: SOCKETS.emptyDir }
export const HOST_VOLUME: Volume = {
  name: 'host-sockets',
  hostPath: { path: NODE_FOLDER, type: 'DirectoryOrCreate' },
}
export const HOST_MOUNT: VolumeMount = { name: 'host-sockets', mountPath: SOCKETS.hostPath }

/** @param listen as the flag of the backend */
function server(name: string, image: string, listen: string): Container {
  return {
    ...restrictedContainer({ name, image, resources: RESOURCES }),
    command: ['node', 'services/backend.ts'],
    args: ['--id', name, '--listen', listen, '--metrics', `0.0.0.0:${METRICS_PORT}`, '--stay'],
    ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
  }
}

/** Start before the client and end with it: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ */
export function serversBesideClient(image: string): readonly Container[] {
  const beside = (name: string, listen: string, mounts: readonly VolumeMount[]): Container => {
    const container = server(name, image, listen)
    return {
      ...container,
      // The containers of a pod share its ports: only servers in pods of their own can have the one for metrics.
      args: ['--id', name, '--listen', listen, '--stay'],
      ports: [],
      restartPolicy: 'Always',
      volumeMounts: [...(container.volumeMounts ?? []), ...mounts],
    }
  }
  return [
    beside(SERVERS.socket, `unix:${SOCKETS.emptyDir}/${SERVERS.socket}`, [OWN_MOUNT]),
    beside(SERVERS.loopback, `127.0.0.1:${PORT}`, []),
  ]
}

const NODES = 'kubernetes.io/hostname'
const client = { topologyKey: NODES, labelSelector: { matchLabels: selectorOf(WORKLOAD) } }
/** The scheduler waits with the pod until that of the Job is on a node. */
const WITH_CLIENT: Affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [client] } }
/** On a cluster with one node, the pod stays pending. */
const APART: Affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [client] } }

export function serverManifests(
  options: ServerOptions & { readonly hostPath: boolean },
): readonly Manifest[] {
  const { image, hostPath } = options
  const overTcp = (name: string, affinity: Affinity) => {
    const container = server(name, image, `0.0.0.0:${PORT}`)
    const ports = [{ name: 'grpc', containerPort: PORT }, ...(container.ports ?? [])]
    const probed = { ...container, ports, readinessProbe: { grpc: { port: PORT }, periodSeconds: 2 } }
    return deployment(options, name, { ...restrictedPod([probed]), affinity })
  }
  return [
    overTcp(SERVERS.sameNode, WITH_CLIENT),
    overTcp(SERVERS.crossNode, APART),
    ...(hostPath ? [overHostPath(options)] : []),
  ]
}

function overHostPath(options: ServerOptions): Manifest {
  const { image } = options
  const container = server(SERVERS.hostPath, image, `unix:${SOCKETS.hostPath}/${SERVERS.hostPath}`)
  const pod = restrictedPod([{ ...container, volumeMounts: [...(container.volumeMounts ?? []), HOST_MOUNT] }])
  const owner: Container = {
    ...restrictedContainer({ name: 'owner', image, resources: RESOURCES }),
    command: ['chown', `${USER}:${USER}`, SOCKETS.hostPath],
    // The kubelet makes the folder as root, and `fsGroup` does not change folders of the node.
    securityContext: {
      ...{ runAsUser: 0, runAsNonRoot: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'], add: ['CHOWN'] },
    },
    volumeMounts: [HOST_MOUNT],
  }
  return deployment(options, SERVERS.hostPath, {
    ...pod,
    affinity: WITH_CLIENT,
    initContainers: [owner],
    volumes: [...(pod.volumes ?? []), HOST_VOLUME],
  })
}

function deployment({ namespace }: ServerOptions, name: string, spec: PodSpec): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: {
      replicas: 1,
      selector: { matchLabels: selectorOf(name) },
      // Two pods with one socket would be in each other's way.
      strategy: { type: 'Recreate' },
      template: {
        metadata: {
          labels: labelsOf(name),
          // Many installations of Prometheus scrape pods with these.
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(METRICS_PORT) },
        },
        spec,
      },
    },
  }
}
