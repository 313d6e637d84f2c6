// Puts together what every transport between two hosts has: pinned starters, addresses, settings and counts.

import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { ProcessGroup } from '../../processes/process-group.ts'
import type { NetworkNamespace } from '../proxies/network-namespace.ts'
import { cpuSets, cpuSettings, pinnedTo } from './cpu-sets.ts'
import { countsOf, type Device, deviceSettings } from './devices.ts'
import { useCubic } from './network.ts'
import type { LaidTransport } from './transport.ts'

/** Kernel settings that decide how TCP behaves, below `/proc/sys/net`. */
const TCP_SETTINGS = {
  'TCP receive buffer (least, default, most)': 'ipv4/tcp_rmem',
  'TCP send buffer (least, default, most)': 'ipv4/tcp_wmem',
} as const

const CONGESTION_CONTROL = 'ipv4/tcp_congestion_control'

/** grpc-js and Go set it on each connection; Nagle's algorithm would hold small frames back. */
const NO_DELAY = { TCP_NODELAY: 'on, set by gRPC itself' }

export interface Way {
  readonly client: NetworkNamespace
  readonly server: NetworkNamespace
  /** Of the server's host; undefined where calls take no TCP. */
  readonly ip?: string
  /** In the order of the way. */
  readonly devices: readonly Device[]
  /** Hosts between both, and beside them. */
  readonly between?: readonly NetworkNamespace[]
  readonly carriers?: readonly number[]
  readonly listen?: LaidTransport['listen']
  readonly target?: LaidTransport['target']
  /** In addition to those of the devices. */
  readonly counts?: LaidTransport['counts']
  readonly settings?: Readonly<Record<string, string>>
}

/** Servers listen on a free port unless the way says otherwise. */
export async function laidOver(group: ProcessGroup, way: Way): Promise<LaidTransport> {
  const { client, server, ip, devices, between = [] } = way
  if (ip !== undefined) for (const host of new Set([client, server])) await useCubic(host)
  return {
    ...pinnedSides(client.starterIn(group), server.starterIn(group)),
    listen: way.listen ?? (() => `${ip}:0`),
    target: way.target ?? ((address) => Promise.resolve(address)),
    async settings() {
      const tcp = ip === undefined ? {} : await tcpSettings(server)
      return { ...(await deviceSettings(devices)), ...way.settings, ...tcp, ...cpuSettings() }
    },
    counts: async () => ({ ...(await countsOf(devices)), ...(await way.counts?.()) }),
    carriers: way.carriers ?? [],
    namespaces: [...new Set([client, ...between, server])],
  }
}

/** Without namespaces: both sides have the network of this machine. */
export function laidOnMachine(
  group: ProcessGroup,
  listen: LaidTransport['listen'],
  settings: Readonly<Record<string, string>>,
): LaidTransport {
  return {
    ...pinnedSides(group, group),
    listen,
    target: (address) => Promise.resolve(address),
    settings: () => Promise.resolve({ ...settings, ...cpuSettings() }),
    counts: () => Promise.resolve({}),
    carriers: [],
    namespaces: [],
  }
}

/** TCP settings of this machine, for transports that have no namespace. */
export function tcpSettingsOfMachine(): Readonly<Record<string, string>> {
  const of = (path: string) => oneLine(readFileSync(`/proc/sys/net/${path}`, 'utf8'))
  const read = Object.entries(TCP_SETTINGS).map(([name, path]) => [name, of(path)] as const)
  return { 'TCP congestion control': of(CONGESTION_CONTROL), ...Object.fromEntries(read), ...NO_DELAY }
}

/** Addresses of Unix sockets in the folder, which is created. */
export async function socketsIn(folder: string): Promise<LaidTransport['listen']> {
  await mkdir(folder, { recursive: true })
  return (index = 0) => `unix:${folder}/${index}.sock`
}

function pinnedSides(client: LaidTransport['client'], server: LaidTransport['server']) {
  const sets = cpuSets()
  return { client: pinnedTo(sets.client, client), server: pinnedTo(sets.server, server) }
}

async function tcpSettings(host: NetworkNamespace): Promise<Readonly<Record<string, string>>> {
  const paths = Object.values(TCP_SETTINGS).map((path) => `/proc/sys/net/${path}`)
  const lines = (await host.run('cat', ...paths)).trim().split('\n')
  const read = Object.keys(TCP_SETTINGS).map((name, at) => [name, oneLine(lines[at] ?? '')] as const)
  return { 'TCP congestion control': await controlOf(host), ...Object.fromEntries(read), ...NO_DELAY }
}

/** That of its routes, which override that of the namespace. */
async function controlOf(host: NetworkNamespace): Promise<string> {
  const routes = await host.run('ip', 'route', 'show', 'table', 'all')
  const ofRoutes = new Set([...routes.matchAll(/congctl (\S+)/g)].map(([, control = '']) => control))
  if (ofRoutes.size > 0) return [...ofRoutes].join(', ')
  return oneLine(await host.run('cat', `/proc/sys/net/${CONGESTION_CONTROL}`))
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ')
}
