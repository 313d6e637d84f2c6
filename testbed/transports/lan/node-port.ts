// A machine outside the cluster calls a port of a node, which sends it on to a pod of another node: two rewrites and one more hop.
// https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport

import { setOffloads } from '../devices.ts'
import { laidOver } from '../laid.ts'
import { addBridge, connect, createHosts, forwardPackets, ip, missingForNetwork } from '../network.ts'
import { ruleCounts } from '../nft.ts'
import { attachPod } from '../pods.ts'
import { addService } from '../service-address.ts'
import type { Transport } from '../transport.ts'
import { EMULATED_LAN } from './lan.ts'

const NODE1 = '192.168.1.11'
const NODE2 = '192.168.1.12'
const POD = '10.244.2.10'

export const NODE_PORT: Transport = {
  id: 'node-port',
  title: 'NodePort',
  family: 'lan',
  like: 'like kube-proxy with externalTrafficPolicy: Cluster',
  emulates: EMULATED_LAN,
  missing: () => missingForNetwork('nft', 'ethtool'),
  async lay(group) {
    const hosts = await createHosts(group, 'client', 'switch', 'node1', 'node2', 'server')
    const { client, switch: lan, node1, node2, server } = hosts
    for (const [host, device, address] of [
      [client, 'port1', '192.168.1.10/24'],
      [node1, 'port2', `${NODE1}/24`],
      [node2, 'port3', `${NODE2}/24`],
    ] as const) {
      await connect({ host: lan, device }, { host, device: 'eth0', address })
    }
    await addBridge(lan, { bridge: 'br0', ports: ['port1', 'port2', 'port3'] })
    await attachPod(node2, { host: server, device: 'veth1', ip: POD }, '10.244.2.1')
    await ip(node1, `route add 10.244.2.0/24 via ${NODE2}`)
    // The pod answers to node1, which has rewritten the source: without that, replies would not come back through it.
    const target = await addService(node1, { ip: NODE1, firstPort: 30_000, masquerade: true })
    await forwardPackets(node1)
    const nics = [client, node1, node2].map((host) => ({ host, device: 'eth0' }))
    await setOffloads('on', nics)
    const devices = [...nics, { host: node2, device: 'veth1' }, { host: server, device: 'eth0' }]
    const counts = () => ruleCounts(node1)
    const between = [lan, node1, node2]
    return await laidOver(group, { client, server, ip: POD, devices, between, target, counts })
  },
}
