// Where the servers are, and what a client in the pod of the Job dials to reach each of them.

import type { Place } from '../grpc-transport-benchmark/matrix/measured.ts'

export const PORT = 50_051
/** Prometheus scrapes the servers there. */
export const METRICS_PORT = 9464

/** Of the variable in which the Job has the address of its node, for the node port. */
export const HOST_IP = 'SWITCHYARD_HOST_IP'
export const NODE_PORT = 'SWITCHYARD_NODE_PORT'
/** Whether there is a server with a socket in a folder of the node: `true` or `false`. */
export const HOST_PATH = 'SWITCHYARD_HOST_PATH'

/** Folders of sockets in the pods. */
export const SOCKETS = { emptyDir: '/run/switchyard/own', hostPath: '/run/switchyard/host' } as const

export const SERVERS = {
  /** Beside the client in its pod, with a socket in a volume that both share. */
  socket: 'echo-socket',
  /** Beside the client in its pod, on its loopback. */
  loopback: 'echo-loopback',
  /** In a pod of its own on the node of the client, with a socket in a folder of the node. */
  hostPath: 'echo-host-path',
  sameNode: 'echo-same-node',
  crossNode: 'echo-cross-node',
} as const

/** The headless Service of a server, whose name resolves to the address of the pod. */
export const headlessOf = (server: string): string => `${server}-pod`

/** Where a transport of one machine is the same, it has the id that it has there, so that `yard scenario compare` pairs them. */
export interface Placement extends Place {
  /** Whether a namespace may be kept from having it: folders of the node need the Pod Security Standard "privileged". */
  readonly needsHostPath?: true
  readonly target: (env: NodeJS.ProcessEnv) => string
}

const dial = (service: string) => () => `dns:///${service}:${PORT}`

export const PLACEMENTS: readonly Placement[] = [
  {
    ...{ id: 'uds', title: 'Unix socket, emptyDir', family: 'local' },
    target: () => `unix:${SOCKETS.emptyDir}/${SERVERS.socket}`,
  },
  {
    ...{ id: 'uds-host-path', title: 'Unix socket, hostPath', family: 'local', needsHostPath: true },
    target: () => `unix:${SOCKETS.hostPath}/${SERVERS.hostPath}`,
  },
  { ...{ id: 'loopback', title: 'loopback of a pod', family: 'local' }, target: () => `127.0.0.1:${PORT}` },
  {
    ...{ id: 'same-node', title: 'same node, pod to pod', family: 'same-node' },
    target: dial(headlessOf(SERVERS.sameNode)),
  },
  {
    ...{ id: 'same-node-service', title: 'same node, ClusterIP', family: 'same-node' },
    target: dial(SERVERS.sameNode),
  },
  {
    ...{ id: 'cross-node', title: 'other node, pod to pod', family: 'cross-node' },
    target: dial(headlessOf(SERVERS.crossNode)),
  },
  {
    ...{ id: 'cross-node-service', title: 'other node, ClusterIP', family: 'cross-node' },
    target: dial(SERVERS.crossNode),
  },
  {
    ...{ id: 'node-port', title: 'other node, NodePort of the own node', family: 'lan' },
    target: (env) => `${env[HOST_IP]}:${env[NODE_PORT]}`,
  },
]
