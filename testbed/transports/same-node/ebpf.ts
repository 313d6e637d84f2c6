// Two pods whose packets skip their node's network stack: eBPF programs redirect them from pod to pod.
// https://docs.cilium.io/en/stable/operations/performance/tuning/#ebpf-host-routing

import { release } from 'node:os'
import { parseReady } from '../../part.ts'
import type { NetworkNamespace } from '../../proxies/network-namespace.ts'
import { findGoProgram, missingForGoPrograms } from '../go-programs.ts'
import { laidOver } from '../laid.ts'
import { connect, createHosts, ip, missingForNetwork } from '../network.ts'
import type { Transport } from '../transport.ts'

const CLIENT = '10.244.1.10'
const SERVER = '10.244.1.11'

export const EBPF: Transport = {
  id: 'ebpf',
  title: 'veth and eBPF redirect',
  family: 'same-node',
  like: "like Cilium's eBPF host routing, without its policies and connection table",
  missing: () => missingForNetwork() ?? missingKernel() ?? missingForGoPrograms(),
  async lay(group) {
    const program = findGoProgram('redirect')
    const { client, node, server } = await createHosts(group, 'client', 'node', 'server')
    await attach(node, 'lxc1', { pod: client, own: CLIENT, peer: SERVER })
    await attach(node, 'lxc2', { pod: server, own: SERVER, peer: CLIENT })
    const redirect = node.starterIn(group).start({
      name: 'eBPF redirect',
      command: program,
      args: ['lxc1', 'lxc2'],
      ready: (line) => parseReady<{ readonly redirects: true }>(line, 'redirects'),
    })
    await redirect.ready
    const devices = [
      { host: client, device: 'eth0' },
      { host: node, device: 'lxc1' },
      { host: node, device: 'lxc2' },
      { host: server, device: 'eth0' },
    ]
    const counts = async () => ({
      'node/eBPF redirected packets': await redirect.ask(
        'count',
        (line) => parseReady<{ readonly redirected: number }>(line, 'redirected')?.redirected,
      ),
    })
    return await laidOver(group, { client, server, ip: SERVER, devices, between: [node], counts })
  },
}

/** Programs at TCX are new in Linux 6.6, and only root may load them. */
export function missingKernel(version = release(), user = process.getuid?.()): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 6)) return `Linux 6.6 or newer; this is ${version}`
  return user === 0 ? undefined : 'run it as root'
}

interface Pod {
  readonly pod: NetworkNamespace
  readonly own: string
  readonly peer: string
}

/**
 * The node forwards nothing: without the programs, no packet would arrive. The pod knows the hardware address for its peer, where
 * Cilium would answer the question for it.
 */
async function attach(node: NetworkNamespace, device: string, { pod, own, peer }: Pod): Promise<void> {
  await connect({ host: node, device }, { host: pod, device: 'eth0', address: `${own}/32` })
  const [link]: readonly { readonly address: string }[] = JSON.parse(
    await node.run('ip', '-json', 'link', 'show', 'dev', device),
  )
  await ip(
    pod,
    `route add ${peer} dev eth0 scope link`,
    `neighbor add ${peer} lladdr ${link?.address} dev eth0 nud permanent`,
  )
}
