// Two machines of a local network, with one or more switches between them: MTU, offloads and hops as asked for.

import type { ProcessGroup } from '../../../processes/process-group.ts'
import type { NetworkNamespace } from '../../proxies/network-namespace.ts'
import { setOffloads } from '../devices.ts'
import { laidOver } from '../laid.ts'
import { addBridge, connect, createHost, createHosts, missingForNetwork } from '../network.ts'
import type { LaidTransport, Transport } from '../transport.ts'

export const EMULATED_LAN =
  'machines, NICs, cables and switches: network namespaces of one kernel with veth pairs and bridges. Nothing limits the rate, and with offloads on, up to 64 KiB cross a cable in one piece'

const SERVER = '192.168.1.20'

interface Lan {
  readonly mtu: number
  readonly offloads: 'on' | 'off'
  readonly switches: number
}

const PLAIN: Lan = { mtu: 1_500, offloads: 'on', switches: 1 }

export const LANS: readonly Transport[] = [
  lan('lan-1500', 'LAN, MTU 1500', PLAIN),
  lan('lan-9000', 'LAN, jumbo frames (MTU 9000)', { ...PLAIN, mtu: 9_000 }),
  lan('lan-no-offloads', 'LAN, offloads off', { ...PLAIN, offloads: 'off' }),
  lan('lan-two-switches', 'LAN, two switches', { ...PLAIN, switches: 2 }),
  lan('lan-three-switches', 'LAN, three switches', { ...PLAIN, switches: 3 }),
]

function lan(id: string, title: string, settings: Lan): Transport {
  return {
    ...{ id, title, family: 'lan', emulates: EMULATED_LAN },
    missing: () => missingForNetwork('ethtool'),
    lay: (group) => layLan(group, settings),
  }
}

async function layLan(group: ProcessGroup, { mtu, offloads, switches }: Lan): Promise<LaidTransport> {
  const { client, server } = await createHosts(group, 'client', 'server')
  const between: NetworkNamespace[] = []
  for (let number = 1; number <= switches; number += 1) {
    between.push(await createHost(group, `switch${number}`, client))
  }
  const row = [client, ...between, server]
  // Each host is connected to the next one in the row.
  for (const [at, host] of row.slice(0, -1).entries()) {
    const next = row[at + 1] as NetworkNamespace
    await connect(
      host === client ? { host, device: 'eth0', address: '192.168.1.10/24' } : { host, device: 'right' },
      next === server
        ? { host: next, device: 'eth0', address: `${SERVER}/24` }
        : { host: next, device: 'left' },
      mtu,
    )
  }
  for (const host of between) await addBridge(host, { bridge: 'br0', ports: ['left', 'right'], mtu })
  const ends = [client, server].map((host) => ({ host, device: 'eth0' }))
  const ports = between.flatMap((host) => ['left', 'right'].map((device) => ({ host, device })))
  await setOffloads(offloads, [...ends, ...ports])
  const devices = [ends[0], ...ports, ends[1]].filter((one) => one !== undefined)
  return await laidOver(group, { client, server, ip: SERVER, devices, between })
}
