// Where Envoys stand on the way of a call, over which transports, and how long each is measured.

import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { InboundWay, OutboundWay } from '../../../../testbed/sidecars/sidecar-document.ts'
import type { SidecarTargets } from '../../../../testbed/sidecars/start-sidecars.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import type { Turns } from '../turns/in-turns.ts'

export interface SidecarWay {
  readonly title: string
  /** Proxies that a call passes. */
  readonly hops: number
  readonly call: keyof SidecarTargets
  /** Where the Envoy beside the client sends it, if a call passes it. */
  readonly out?: OutboundWay
  /** How the Envoy beside the server reaches it, if a call passes it. */
  readonly in?: InboundWay
}

export const SIDECAR_WAYS = {
  none: { title: 'no sidecar', hops: 0, call: 'direct' },
  client: { title: 'Envoy beside the client', hops: 1, call: 'outbound', out: 'direct' },
  server: { title: 'Envoy beside the server', hops: 1, call: 'inbound', in: 'tcp' },
  both: { title: 'both', hops: 2, call: 'outbound', out: 'plain', in: 'tcp' },
  mtls: { title: 'both, mutual TLS', hops: 2, call: 'outbound', out: 'mtls', in: 'tcp' },
  'server-unix': {
    title: 'Envoy beside the server, Unix socket to it',
    hops: 1,
    call: 'inbound',
    in: 'unix',
  },
} as const satisfies Readonly<Record<string, SidecarWay>>

export type SidecarWayId = keyof typeof SIDECAR_WAYS

/** Their address leads to several servers, so that no single Envoy is behind it. */
const WITHOUT = ['node-port', 'load-balancer', 'headless']

const QUICK = ['uds', 'loopback', 'veth']
const STANDARD = [...QUICK, ...['bridge', 'ebpf', 'vxlan', 'wireguard', 'lan-1500', 'internet-20']]

export function sidecarTransports({ name }: Profile): readonly Transport[] {
  const wanted: Readonly<Record<ProfileName, (id: string) => boolean>> = {
    quick: (id) => QUICK.includes(id),
    standard: (id) => STANDARD.includes(id),
    full: (id) => !WITHOUT.includes(id),
  }
  return TRANSPORTS.filter(({ id }) => wanted[name](id))
}

/** On a Unix socket, no listener of the document can be, so that only the Envoy beside the client has its place. */
export function waysOver({ id }: Pick<Transport, 'id'>): readonly SidecarWayId[] {
  if (id === 'uds') return ['none', 'client']
  const everywhere = ['none', 'client', 'server', 'both', 'mtls'] as const
  // The socket is beside the server, whatever transport leads there.
  return id === 'loopback' ? [...everywhere, 'server-unix'] : everywhere
}

/** A sign test of eight turns can tell four differences from nothing at once, at a level of 0.05 for all. */
export const TURNS: Readonly<Record<ProfileName, Turns>> = {
  quick: { count: 2, seconds: 0.2, warmUpSeconds: 0.05, firstSeconds: 0.1 },
  standard: { count: 8, seconds: 0.2, warmUpSeconds: 0.05, firstSeconds: 0.2 },
  full: { count: 30, seconds: 2, warmUpSeconds: 0.5, firstSeconds: 3 },
}

export const sidecarRun = (transport: string): string => `sidecars.${transport}`
