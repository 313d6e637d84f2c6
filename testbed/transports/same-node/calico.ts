// Two pods with a route each on their node, proxy ARP instead of a bridge, and chains for policies.
// https://docs.tigera.io/calico/latest/reference/faq#why-cant-i-see-the-16925411-address-mentioned-above-on-my-host

import { addPolicies } from '../calico-policy.ts'
import { laidOver } from '../laid.ts'
import { createHosts, missingForNetwork } from '../network.ts'
import { ruleCounts } from '../nft.ts'
import { routePods } from '../pods.ts'
import type { Transport } from '../transport.ts'

export const CALICO: Transport = {
  id: 'calico',
  title: 'veth, routes and policy chains',
  family: 'same-node',
  like: "like Calico's data path with nftables",
  missing: () => missingForNetwork('nft'),
  async lay(group) {
    const { client, node, server } = await createHosts(group, 'client', 'node', 'server')
    const pods = [
      { host: client, device: 'cali1', ip: '10.244.1.10' },
      { host: server, device: 'cali2', ip: '10.244.1.11' },
    ] as const
    await routePods(node, pods)
    await addPolicies(node, ['cali1', 'cali2'])
    const devices = [
      { host: client, device: 'eth0' },
      { host: node, device: 'cali1' },
      { host: node, device: 'cali2' },
      { host: server, device: 'eth0' },
    ]
    const counts = () => ruleCounts(node)
    return await laidOver(group, { client, server, ip: pods[1].ip, devices, between: [node], counts })
  },
}
