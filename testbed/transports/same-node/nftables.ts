// A pod calls the address of a service, and nftables on its node rewrites it to that of a pod there, as kube-proxy does.

import { laidOver } from '../laid.ts'
import { createHosts, missingForNetwork } from '../network.ts'
import { ruleCounts } from '../nft.ts'
import { attachPod } from '../pods.ts'
import { addService } from '../service-address.ts'
import type { Transport } from '../transport.ts'

export const NFTABLES: Transport = {
  id: 'nftables',
  title: 'veth and service address (nftables)',
  family: 'same-node',
  like: 'like kube-proxy in its nftables mode',
  missing: () => missingForNetwork('nft'),
  async lay(group) {
    const { client, node, server } = await createHosts(group, 'client', 'node', 'server')
    const ip = '10.244.2.10'
    await attachPod(node, { host: client, device: 'veth1', ip: '10.244.1.10' }, '10.244.1.1')
    await attachPod(node, { host: server, device: 'veth2', ip }, '10.244.2.1')
    const target = await addService(node, { ip: '10.96.0.10', firstPort: 8_080 })
    const devices = [
      { host: client, device: 'eth0' },
      { host: node, device: 'veth1' },
      { host: node, device: 'veth2' },
      { host: server, device: 'eth0' },
    ]
    const counts = () => ruleCounts(node)
    return await laidOver(group, { client, server, ip, devices, between: [node], target, counts })
  },
}
