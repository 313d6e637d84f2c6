// Two pods with a veth pair between them: the least that a packet needs from one namespace to another.

import { laidOver } from '../laid.ts'
import { connect, createHosts, missingForNetwork } from '../network.ts'
import type { Transport } from '../transport.ts'

export const VETH: Transport = {
  id: 'veth',
  title: 'veth pair',
  family: 'same-node',
  missing: () => missingForNetwork(),
  async lay(group) {
    const { client, server } = await createHosts(group, 'client', 'server')
    const ends = [
      { host: client, device: 'eth0', address: '10.244.1.10/24' },
      { host: server, device: 'eth0', address: '10.244.1.11/24' },
    ] as const
    await connect(...ends)
    return laidOver(group, { client, server, ip: '10.244.1.11', devices: ends })
  },
}
