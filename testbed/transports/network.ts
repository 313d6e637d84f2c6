// What transports are made from: hosts as network namespaces, cables as veth pairs, bridges, and kernel settings.
// https://man7.org/linux/man-pages/man4/veth.4.html

import { findProgram } from '../../processes/find-program.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { canCreateNamespaces, NetworkNamespace } from '../proxies/network-namespace.ts'

const INSTALL = {
  ip: 'sudo apt-get install -y iproute2',
  nft: 'sudo apt-get install -y nftables iproute2',
  ethtool: 'sudo apt-get install -y ethtool iproute2',
} as const

/** Why there can be no network namespaces with these programs here; undefined if there can. */
export function missingForNetwork(...programs: readonly (keyof typeof INSTALL)[]): string | undefined {
  for (const program of ['ip', ...programs] as const) {
    if (findProgram(program) === undefined) return INSTALL[program]
  }
  return canCreateNamespaces() ? undefined : 'run it as root'
}

/**
 * A pod, a node or a switch. It speaks IPv4 only, and remembers nothing of ended connections.
 * @param beside any host that it will be connected to
 */
export async function createHost(
  group: ProcessGroup,
  name: string,
  beside?: NetworkNamespace,
): Promise<NetworkNamespace> {
  const host = await NetworkNamespace.create(group, name, beside)
  await setKernel(host, {
    'ipv6/conf/all/disable_ipv6': '1',
    'ipv6/conf/default/disable_ipv6': '1',
    'ipv4/tcp_no_metrics_save': '1',
  })
  return host
}

/** Several at once. */
export async function createHosts<K extends string>(
  group: ProcessGroup,
  ...names: readonly [K, ...K[]]
): Promise<Readonly<Record<K, NetworkNamespace>>> {
  const [firstName, ...others] = names
  const first = await createHost(group, firstName)
  const created: [K, NetworkNamespace][] = [[firstName, first]]
  for (const name of others) created.push([name, await createHost(group, name, first)])
  return Object.fromEntries(created) as Record<K, NetworkNamespace>
}

/** Runs commands of ip(8), one a line, without the leading `ip`. */
export async function ip(host: NetworkNamespace, ...commands: readonly string[]): Promise<void> {
  await host.feed(`${commands.join('\n')}\n`, 'ip', '-batch', '-')
}

export interface End {
  readonly host: NetworkNamespace
  readonly device: string
  /** Such as `10.244.1.1/24`. */
  readonly address?: string
}

/** Connects two hosts by a veth pair. */
export async function connect(one: End, other: End, mtu = 1500): Promise<void> {
  const peer = `peer name ${other.device} mtu ${mtu} netns ${other.host.pid}`
  await ip(one.host, `link add ${one.device} mtu ${mtu} type veth ${peer}`)
  for (const { host, device, address } of [one, other]) {
    await ip(
      host,
      ...(address === undefined ? [] : [`address add ${address} dev ${device}`]),
      `link set ${device} up`,
    )
  }
}

/** A bridge of these devices of the host: a switch, or what CNI's bridge plugin creates on a node. */
export async function addBridge(
  host: NetworkNamespace,
  { bridge, ports, address, mtu = 1500 }: Bridge,
): Promise<void> {
  await ip(
    host,
    `link add ${bridge} mtu ${mtu} type bridge`,
    ...ports.map((port) => `link set ${port} master ${bridge}`),
    ...(address === undefined ? [] : [`address add ${address} dev ${bridge}`]),
    `link set ${bridge} up`,
  )
}

export interface Bridge {
  readonly bridge: string
  readonly ports: readonly string[]
  readonly address?: string
  readonly mtu?: number
}

/** The host sends packets on that are for others. */
export async function forwardPackets(...hosts: readonly NetworkNamespace[]): Promise<void> {
  for (const host of hosts) await setKernel(host, { 'ipv4/ip_forward': '1' })
}

/**
 * TCP is CUBIC on all ways from here, as on most hosts, whatever this machine has. It is set on each route, because the setting of
 * a namespace takes only those that every user may choose.
 */
export async function useCubic(host: NetworkNamespace): Promise<void> {
  for (const table of ['main', 'local']) {
    const routes = (await host.run('ip', 'route', 'show', 'table', table)).trim().split('\n')
    const unicast = routes.filter((route) => route !== '' && !route.startsWith('broadcast'))
    // A route says that its link is down until the kernel has noticed the other end: a state, no setting.
    const settings = unicast.map((route) => route.replaceAll(/ (linkdown|dead)\b/g, '').trim())
    await ip(host, ...settings.map((route) => `route replace ${route} table ${table} congctl cubic`))
  }
}

/** @param values by their path below `/proc/sys/net`, which is that of the host */
export async function setKernel(
  host: NetworkNamespace,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const commands = Object.entries(values).map(([path, value]) => `echo ${value} > /proc/sys/net/${path}`)
  await host.run('/bin/sh', '-c', commands.join(' && '))
}
