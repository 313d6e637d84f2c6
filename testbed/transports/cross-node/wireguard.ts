// Pods on two nodes that encrypt all that goes between them.
// https://docs.tigera.io/calico/latest/network-policy/encrypt-cluster-pod-traffic

import { cpuSets, pinnedTo } from '../cpu-sets.ts'
import { missingForGoPrograms } from '../go-programs.ts'
import { laidOver } from '../laid.ts'
import { missingForNetwork } from '../network.ts'
import { routePods } from '../pods.ts'
import type { Transport } from '../transport.ts'
import { CLIENT_POD, createNodes, devicesBetween, EMULATED_WIRE, NODE_IPS, SERVER_POD } from './nodes.ts'
import { addWireguard, createWireguardKeys, WIREGUARD_DEVICE, WIREGUARD_MTU } from './wireguard-node.ts'

export const WIREGUARD: Transport = {
  id: 'wireguard',
  title: 'WireGuard',
  family: 'cross-node',
  like: "like Calico's and Flannel's WireGuard",
  emulates: EMULATED_WIRE,
  missing: () => missingForNetwork() ?? missingForGoPrograms(),
  async lay(group) {
    const nodes = await createNodes(group)
    const { client, node1, node2, server } = nodes
    await routePods(node1, [{ host: client, device: 'cali1', ip: CLIENT_POD }], WIREGUARD_MTU)
    await routePods(node2, [{ host: server, device: 'cali1', ip: SERVER_POD }], WIREGUARD_MTU)
    const keys = [createWireguardKeys(), createWireguardKeys()] as const
    // A node pays for its encryption: it runs on the CPUs of the pods there.
    const sets = cpuSets()
    const first = await addWireguard(node1, pinnedTo(sets.client, node1.starterIn(group)), keys[0], {
      ...{ publicKey: keys[1].publicKey, ip: NODE_IPS[1], pods: '10.244.2.0/24' },
    })
    const second = await addWireguard(node2, pinnedTo(sets.server, node2.starterIn(group)), keys[1], {
      ...{ publicKey: keys[0].publicKey, ip: NODE_IPS[0], pods: '10.244.1.0/24' },
    })
    return await laidOver(group, {
      ...{ client, server, ip: SERVER_POD, between: [node1, node2] },
      devices: devicesBetween(nodes, ['cali1', WIREGUARD_DEVICE]),
      carriers: [first.pid, second.pid].filter((pid) => pid !== undefined),
      settings: {
        WireGuard: first.where,
        ...(first.pid !== undefined && {
          'programs of WireGuard': `on the CPUs of their side: ${sets.client ?? 'any'} and ${sets.server ?? 'any'}`,
        }),
      },
      counts: async () => ({
        'node1/WireGuard encrypted bytes': await first.bytes(),
        'node2/WireGuard encrypted bytes': await second.bytes(),
      }),
    })
  },
}
