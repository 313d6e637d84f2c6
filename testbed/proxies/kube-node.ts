// A node of a cluster as three network namespaces: a client's, the node's with its rules, and the backends'.

import { findProgram } from '../../processes/find-program.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { kubeProxyRules } from './kube-proxy-rules.ts'
import { canCreateNamespaces, connectNamespaces, NetworkNamespace } from './network-namespace.ts'

export const INSTALL_NFTABLES = 'sudo apt-get install -y nftables iproute2'

/** A service address as clusters have by default, `10.96.0.0/12`. */
const SERVICE = { name: 'echo', ip: '10.96.0.10', port: 80 }
const PROGRAMS = ['nft', 'ip', 'nsenter', 'unshare']

const BACKEND_PORT = 50_051

export interface KubeNode {
  /** Where clients run. */
  readonly client: NetworkNamespace
  readonly node: NetworkNamespace
  /** Where backends run; it has all their addresses. */
  readonly backends: NetworkNamespace
  /** The service's address, which clients call. */
  readonly address: string
  /** Where backends listen, `IP:PORT` each. */
  readonly backendAddresses: readonly string[]
  /** Replaces the endpoints of the service in one transaction, as kube-proxy does. Open connections stay where they are. */
  readonly setEndpoints: (addresses: readonly string[]) => Promise<void>
}

/** Why it cannot run here, as a command or a hint; undefined if it can. */
export function missingForKubeNode(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (PROGRAMS.some((name) => findProgram(name, env) === undefined)) return INSTALL_NFTABLES
  return canCreateNamespaces() ? undefined : 'run it as root'
}

/**
 * Creates the namespaces and the rules of a service with `backendCount` endpoints. Everything is inside the namespaces, which end
 * with the group; the host's interfaces and rules stay untouched.
 * @throws SwitchyardError `process-failed` with what the system says
 */
export async function createKubeNode(group: ProcessGroup, backendCount: number): Promise<KubeNode> {
  const node = await NetworkNamespace.create(group, 'node')
  const client = await NetworkNamespace.create(group, 'client', node)
  const backends = await NetworkNamespace.create(group, 'backends', node)
  const ips = Array.from({ length: backendCount }, (_, index) => `10.244.2.${10 + index}`)
  await connectNamespaces(
    { namespace: node, device: 'client', address: '10.244.1.1/24' },
    { namespace: client, addresses: ['10.244.1.10/24'] },
  )
  await connectNamespaces(
    { namespace: node, device: 'backends', address: '10.244.2.1/24' },
    { namespace: backends, addresses: ips.map((ip) => `${ip}/24`) },
  )
  await node.run('/bin/sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
  const backendAddresses = ips.map((ip) => `${ip}:${BACKEND_PORT}`)
  const setEndpoints = async (endpoints: readonly string[]) => {
    // The first line makes the second one valid where there is no table yet.
    const replace = 'table ip kube-proxy {}\ndelete table ip kube-proxy\n'
    await node.feed(replace + kubeProxyRules({ ...SERVICE, endpoints }), 'nft', '-f', '-')
  }
  await setEndpoints(backendAddresses)
  return {
    client,
    node,
    backends,
    address: `${SERVICE.ip}:${SERVICE.port}`,
    backendAddresses,
    setEndpoints,
  }
}
