// Pods on two nodes with an overlay between them: Ethernet frames in UDP, by the kernel's VXLAN device, laid as Flannel does.
// https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md#vxlan

import type { NetworkNamespace } from '../../proxies/network-namespace.ts'
import { laidOver } from '../laid.ts'
import { ip, missingForNetwork } from '../network.ts'
import { bridgePods } from '../pods.ts'
import type { Transport } from '../transport.ts'
import { CLIENT_POD, createNodes, devicesBetween, EMULATED_WIRE, NODE_IPS, SERVER_POD } from './nodes.ts'

/** Ethernet's 1500, less 50 for the outer IP, UDP and VXLAN headers and the inner Ethernet header. */
const MTU = 1_450

/** Flannel's: one network, the port that Linux had before IANA's. */
const FLANNEL = { id: 1, port: 8_472 }

interface Overlay {
  readonly node: NetworkNamespace
  readonly own: string
  readonly peer: string
  /** Such as `10.244.1`, with the pods and the overlay's address of the node. */
  readonly subnet: string
  readonly peerSubnet: string
}

export const VXLAN: Transport = {
  id: 'vxlan',
  title: 'VXLAN',
  family: 'cross-node',
  like: "like Flannel's VXLAN",
  emulates: EMULATED_WIRE,
  missing: () => missingForNetwork(),
  async lay(group) {
    const nodes = await createNodes(group)
    const { client, node1, node2, server } = nodes
    const bridged = (subnet: string) => ({ gateway: `${subnet}.1`, mtu: MTU })
    await bridgePods(node1, [{ host: client, device: 'veth1', ip: CLIENT_POD }], bridged('10.244.1'))
    await bridgePods(node2, [{ host: server, device: 'veth1', ip: SERVER_POD }], bridged('10.244.2'))
    const [first, second] = NODE_IPS
    await addOverlay({ node: node1, own: first, peer: second, subnet: '10.244.1', peerSubnet: '10.244.2' })
    await addOverlay({ node: node2, own: second, peer: first, subnet: '10.244.2', peerSubnet: '10.244.1' })
    const devices = devicesBetween(nodes, ['veth1', 'cni0', 'flannel.1'])
    return await laidOver(group, { client, server, ip: SERVER_POD, devices, between: [node1, node2] })
  },
}

/** The device learns nothing: Flannel tells it the hardware address and the node of each subnet. */
async function addOverlay({ node, own, peer, subnet, peerSubnet }: Overlay): Promise<void> {
  const { id, port } = FLANNEL
  await ip(
    node,
    `link add flannel.${id} mtu ${MTU} address ${macOf(own)} type vxlan id ${id} dstport ${port} local ${own} dev eth0 nolearning`,
    `address add ${subnet}.0/32 dev flannel.${id}`,
    `link set flannel.${id} up`,
    `route add ${peerSubnet}.0/24 via ${peerSubnet}.0 dev flannel.${id} onlink`,
    `neighbor add ${peerSubnet}.0 lladdr ${macOf(peer)} dev flannel.${id} nud permanent`,
  )
  await node.run('bridge', 'fdb', 'append', macOf(peer), 'dev', `flannel.${id}`, 'dst', peer)
}

/** A hardware address of our own for the overlay of the node with this IP. */
function macOf(nodeIp: string): string {
  return `02:00:00:00:00:0${nodeIp.at(-1)}`
}
