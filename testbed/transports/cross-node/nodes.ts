// Two nodes with a wire between them, and a pod on each.

import type { ProcessGroup } from '../../../processes/process-group.ts'
import type { NetworkNamespace } from '../../proxies/network-namespace.ts'
import { connect, createHosts } from '../network.ts'

/** For all transports between nodes. */
export const EMULATED_WIRE =
  'the second machine, both NICs and the wire: network namespaces of one kernel with a veth pair between them. Nothing limits the rate, and up to 64 KiB cross the wire in one piece'

export const NODE_IPS = ['192.168.50.1', '192.168.50.2'] as const
export const CLIENT_POD = '10.244.1.10'
export const SERVER_POD = '10.244.2.10'

export interface Nodes {
  readonly client: NetworkNamespace
  readonly node1: NetworkNamespace
  readonly node2: NetworkNamespace
  readonly server: NetworkNamespace
}

/** Creates them, with the wire, whose MTU is Ethernet's. The pods are not attached yet. */
export async function createNodes(group: ProcessGroup): Promise<Nodes> {
  const hosts = await createHosts(group, 'client', 'node1', 'node2', 'server')
  await connect(
    { host: hosts.node1, device: 'eth0', address: `${NODE_IPS[0]}/24` },
    { host: hosts.node2, device: 'eth0', address: `${NODE_IPS[1]}/24` },
  )
  return hosts
}

/** Devices from pod to pod; `inner` are those that the node has between the pod's device and its NIC. */
export function devicesBetween({ client, node1, node2, server }: Nodes, inner: readonly string[]) {
  return [
    { host: client, device: 'eth0' },
    ...inner.map((device) => ({ host: node1, device })),
    { host: node1, device: 'eth0' },
    { host: node2, device: 'eth0' },
    ...inner.toReversed().map((device) => ({ host: node2, device })),
    { host: server, device: 'eth0' },
  ]
}
