// Two hosts with a link between them that is as slow, thin and lossy as one asks for: network namespaces with a TUN device each, and a program that carries the packets.

import { accessSync, constants } from 'node:fs'
import { findProgram } from '../../processes/find-program.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import { parseReady, sourceFile } from '../part.ts'
import { canCreateNamespaces, NetworkNamespace } from '../proxies/network-namespace.ts'
import { directionsOf, type LinkSettings } from './link-settings.ts'

export const INSTALL_LINK = 'sudo apt-get install -y iproute2 python3'

const PROGRAMS = ['ip', 'nsenter', 'unshare', 'python3']
const NETWORK = { near: '10.99.0.1', far: '10.99.0.2' }

export type Side = 'near' | 'far'
export type Way = 'to-far' | 'to-near'

export interface WayCounts {
  /** That entered the link, with those that it lost. */
  readonly packets: number
  readonly bytes: number
  readonly largestBytes: number
  /** By chance. */
  readonly lost: number
  /** By `dropNext`. */
  readonly dropped: number
  /** That the queue had no room for. */
  readonly overflowed: number
}

export interface Host {
  readonly namespace: NetworkNamespace
  readonly ip: string
}

export interface Link {
  /** Where clients run by convention, and where servers do. */
  readonly near: Host
  readonly far: Host
  /** Whether the program has precedence over ordinary processes. Without it, delays get longer on a busy machine. */
  readonly isPunctual: boolean
  /** Changes the link under what is connected over it; counts and the generators of loss begin anew. */
  readonly set: (settings: LinkSettings) => Promise<void>
  /** Loses the next packet of a direction with at least this size, whose headers count: 200 leaves out all that is no data. */
  readonly dropNext: (way: Way, atLeastBytes: number) => Promise<void>
  /** Since it was created or set. */
  readonly counts: () => Promise<Readonly<Record<Way, WayCounts>>>
}

/** Why there can be no link here, as a command or a hint; undefined if there can. */
export function missingForLink(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (PROGRAMS.some((name) => findProgram(name, env) === undefined)) return INSTALL_LINK
  return canCreateNamespaces() && canOpenTun() ? undefined : 'run it as root'
}

/** In a user namespace of one's own, the device keeps the permissions that it has outside. */
function canOpenTun(): boolean {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Creates both hosts and the link. The hosts speak IPv4 only, and remember nothing of ended connections, so that each of them begins
 * as one to an unknown host does. All of it ends with the group, or with this process; the host's own network stays untouched.
 * @throws SwitchyardError `invalid-argument` with all problems of the settings, `process-failed` with what the system says
 */
export async function createLink(group: ProcessGroup, settings: LinkSettings): Promise<Link> {
  const directions = directionsOf(settings)
  const near = await NetworkNamespace.create(group, 'near')
  const far = await NetworkNamespace.create(group, 'far', near)
  for (const one of [near, far]) {
    await setKernel(one, { 'ipv6/conf/default/disable_ipv6': '1', 'ipv4/tcp_no_metrics_save': '1' })
  }
  const program = near.starterIn(group).start({
    name: 'link',
    command: 'python3',
    args: [
      sourceFile('testbed/link/link.py'),
      ...['--near', 'near', '--far', 'far', '--settings', JSON.stringify(directions)],
    ],
    ready: (line) => parseReady<{ readonly link: { readonly isPunctual: boolean } }>(line, 'link')?.link,
  })
  const { isPunctual } = await program.ready
  await near.run('ip', 'link', 'set', 'far', 'netns', String(far.pid))
  await connect(near, 'near', { own: NETWORK.near, mtu: settings.mtu })
  await connect(far, 'far', { own: NETWORK.far, mtu: settings.mtu })
  const useControl = async ({ congestionControl = 'cubic' }: LinkSettings) => {
    await routeWith(near, 'near', NETWORK.far, congestionControl)
    await routeWith(far, 'far', NETWORK.near, congestionControl)
  }
  await useControl(settings)
  const ask = <K extends string, T>(command: object, field: K) =>
    program.ask(JSON.stringify(command), (line) => parseReady<Record<K, T>>(line, field)?.[field])
  return {
    near: { namespace: near, ip: NETWORK.near },
    far: { namespace: far, ip: NETWORK.far },
    isPunctual,
    async set(changed) {
      await ask({ set: directionsOf(changed) }, 'set')
      await useControl(changed)
    },
    dropNext: async (way, atLeastBytes) => void (await ask({ drop: way, atLeastBytes }, 'drop')),
    counts: () => ask<'counts', Readonly<Record<Way, WayCounts>>>({ counts: true }, 'counts'),
  }
}

interface Ends {
  readonly own: string
  readonly mtu: number | undefined
}

async function connect(namespace: NetworkNamespace, device: string, { own, mtu }: Ends): Promise<void> {
  await namespace.run('ip', 'address', 'add', `${own}/32`, 'dev', device)
  await namespace.run('ip', 'link', 'set', device, 'mtu', String(mtu ?? 1500), 'up')
}

/** A route's congestion control, because the setting of a namespace takes only those that every user may choose. */
async function routeWith(
  namespace: NetworkNamespace,
  device: string,
  peer: string,
  congestionControl: string,
) {
  await namespace.run(
    'ip',
    'route',
    'replace',
    peer,
    'dev',
    device,
    'scope',
    'link',
    'congctl',
    congestionControl,
  )
}

/** @param values by their path below `/proc/sys/net`, which is that of the namespace */
async function setKernel(
  namespace: NetworkNamespace,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const commands = Object.entries(values).map(([path, value]) => `echo ${value} > /proc/sys/net/${path}`)
  await namespace.run('/bin/sh', '-c', commands.join(' && '))
}
