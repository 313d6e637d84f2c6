// Clients of a headless service ask the cluster's DNS for the addresses of its pods, and call them without anything between.
// The names have an authority, `dns://SERVER/NAME:PORT`, where a pod would have the server in its /etc/resolv.conf.
// https://kubernetes.io/docs/concepts/services-networking/service/#headless-services

import type { ProcessStarter } from '../../../processes/process-group.ts'
import { parseReady, sourceFile } from '../../part.ts'
import { setOffloads } from '../devices.ts'
import { laidOver } from '../laid.ts'
import { addBridge, connect, createHosts, missingForNetwork } from '../network.ts'
import type { Transport } from '../transport.ts'
import { EMULATED_LAN } from './lan.ts'

const SERVER = '192.168.1.20'
const DNS = '192.168.1.53'

export const HEADLESS: Transport = {
  id: 'headless',
  title: 'headless service (DNS)',
  family: 'lan',
  like: 'like a headless service with CoreDNS',
  emulates: EMULATED_LAN,
  missing: () => missingForNetwork('ethtool'),
  async lay(group) {
    const hosts = await createHosts(group, 'client', 'switch', 'dns', 'server')
    const { client, switch: lan, dns, server } = hosts
    for (const [host, device, address] of [
      [client, 'port1', '192.168.1.10/24'],
      [dns, 'port2', `${DNS}/24`],
      [server, 'port3', `${SERVER}/24`],
    ] as const) {
      await connect({ host: lan, device }, { host, device: 'eth0', address })
    }
    await addBridge(lan, { bridge: 'br0', ports: ['port1', 'port2', 'port3'] })
    const nics = [client, server].map((host) => ({ host, device: 'eth0' }))
    await setOffloads('on', nics)
    const names = dns.starterIn(group).start({
      name: 'name server',
      command: process.execPath,
      args: [sourceFile('testbed/transports/lan/name-server-main.ts'), DNS],
      ready: (line) => parseReady<{ readonly names: true }>(line, 'names'),
    })
    await names.ready
    const laid = await laidOver(group, {
      ...{ client, server, ip: SERVER, between: [lan, dns] },
      devices: [...nics, { host: dns, device: 'eth0' }],
      async target(serverAddress) {
        const [ip = '', port] = serverAddress.split(':')
        const serves = await names.ask(
          JSON.stringify({ serve: [ip] }),
          (line) => parseReady<{ readonly serves: string }>(line, 'serves')?.serves,
        )
        return `dns://${serves}/echo.default.svc.cluster.local:${port}`
      },
      counts: async () => ({
        'DNS queries': await names.ask(
          JSON.stringify({ count: true }),
          (line) => parseReady<{ readonly queries: number }>(line, 'queries')?.queries,
        ),
      }),
    })
    return { ...laid, client: askingNameServers(laid.client) }
  },
}

/** grpc-js asks the name server of a target only with this; other clients ignore it. */
function askingNameServers(starter: ProcessStarter): ProcessStarter {
  const asks = { GRPC_NODE_USE_ALTERNATIVE_RESOLVER: 'true' }
  return { start: (options) => starter.start({ ...options, env: { ...options.env, ...asks } }) }
}
