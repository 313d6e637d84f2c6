// Two pods on the bridge of their node, as CNI's bridge plugin attaches them.
// https://www.cni.dev/plugins/current/main/bridge/

import { laidOver } from '../laid.ts'
import { createHosts, missingForNetwork } from '../network.ts'
import { bridgePods } from '../pods.ts'
import type { Transport } from '../transport.ts'

export const BRIDGE: Transport = {
  id: 'bridge',
  title: 'veth and bridge',
  family: 'same-node',
  like: "like Flannel's and CNI's bridge plugin",
  missing: () => missingForNetwork(),
  async lay(group) {
    const { client, node, server } = await createHosts(group, 'client', 'node', 'server')
    const pods = [
      { host: client, device: 'veth1', ip: '10.244.1.10' },
      { host: server, device: 'veth2', ip: '10.244.1.11' },
    ] as const
    await bridgePods(node, pods, { gateway: '10.244.1.1' })
    const devices = [
      { host: client, device: 'eth0' },
      { host: node, device: 'veth1' },
      { host: node, device: 'cni0' },
      { host: node, device: 'veth2' },
      { host: server, device: 'eth0' },
    ]
    return await laidOver(group, { client, server, ip: pods[1].ip, devices, between: [node] })
  },
}
