// A machine outside the cluster calls an address that a load balancer owns. It rewrites the destination, and keeps the source:
// nftables does here what kube-proxy does with an address that MetalLB announces. It is no proxy: no connection ends at it.
// https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer

import { setOffloads } from '../devices.ts'
import { laidOver } from '../laid.ts'
import { connect, createHosts, forwardPackets, ip, missingForNetwork } from '../network.ts'
import { ruleCounts } from '../nft.ts'
import { attachPod } from '../pods.ts'
import { addService } from '../service-address.ts'
import type { Transport } from '../transport.ts'
import { EMULATED_LAN } from './lan.ts'

const POD = '10.244.2.10'
/** Outside the client's network, so that the client's route leads to the balancer. An address for documentation: RFC 5737. */
const SERVICE = '203.0.113.10'

export const LOAD_BALANCER: Transport = {
  id: 'load-balancer',
  title: 'LoadBalancer',
  family: 'lan',
  like: 'like MetalLB with kube-proxy and externalTrafficPolicy: Local',
  emulates: EMULATED_LAN,
  missing: () => missingForNetwork('nft', 'ethtool'),
  async lay(group) {
    const hosts = await createHosts(group, 'client', 'balancer', 'node', 'server')
    const { client, balancer, node, server } = hosts
    await connect(
      { host: balancer, device: 'outside', address: '192.168.1.1/24' },
      { host: client, device: 'eth0', address: '192.168.1.10/24' },
    )
    await connect(
      { host: balancer, device: 'inside', address: '192.168.2.1/24' },
      { host: node, device: 'eth0', address: '192.168.2.10/24' },
    )
    await ip(client, 'route add default via 192.168.1.1')
    await ip(node, 'route add default via 192.168.2.1')
    await attachPod(node, { host: server, device: 'veth1', ip: POD }, '10.244.2.1')
    await ip(balancer, 'route add 10.244.2.0/24 via 192.168.2.10')
    await forwardPackets(balancer)
    const target = await addService(balancer, { ip: SERVICE, firstPort: 80 })
    const nics = [
      { host: client, device: 'eth0' },
      { host: balancer, device: 'outside' },
      { host: balancer, device: 'inside' },
      { host: node, device: 'eth0' },
    ]
    await setOffloads('on', nics)
    const devices = [...nics, { host: node, device: 'veth1' }, { host: server, device: 'eth0' }]
    const counts = () => ruleCounts(balancer)
    const between = [balancer, node]
    return await laidOver(group, { client, server, ip: POD, devices, between, target, counts })
  },
}
