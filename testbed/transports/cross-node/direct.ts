// Pods on two nodes that know the way to each other's pods: packets go out as they are.
// https://docs.tigera.io/calico/latest/networking/determine-best-networking#unencapsulated

import { addPolicies } from '../calico-policy.ts'
import { laidOver } from '../laid.ts'
import { ip, missingForNetwork } from '../network.ts'
import { ruleCounts } from '../nft.ts'
import { routePods } from '../pods.ts'
import type { Transport } from '../transport.ts'
import { CLIENT_POD, createNodes, devicesBetween, EMULATED_WIRE, NODE_IPS, SERVER_POD } from './nodes.ts'

export const DIRECT: Transport = {
  id: 'direct',
  title: 'direct routing',
  family: 'cross-node',
  like: 'like Calico without an overlay',
  emulates: EMULATED_WIRE,
  missing: () => missingForNetwork('nft'),
  async lay(group) {
    const nodes = await createNodes(group)
    const { client, node1, node2, server } = nodes
    await routePods(node1, [{ host: client, device: 'cali1', ip: CLIENT_POD }])
    await routePods(node2, [{ host: server, device: 'cali1', ip: SERVER_POD }])
    for (const node of [node1, node2]) await addPolicies(node, ['cali1'])
    await ip(node1, `route add 10.244.2.0/26 via ${NODE_IPS[1]} dev eth0`)
    await ip(node2, `route add 10.244.1.0/26 via ${NODE_IPS[0]} dev eth0`)
    const devices = devicesBetween(nodes, ['cali1'])
    const counts = async () => ({ ...(await ruleCounts(node1)), ...(await ruleCounts(node2)) })
    return await laidOver(group, { client, server, ip: SERVER_POD, devices, between: [node1, node2], counts })
  },
}
