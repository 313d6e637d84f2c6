// How many calls are made over how many connections, and the ids of the runs.

import type { ProfileName } from '../../../../harness/profile.ts'

export interface ReuseExtent {
  readonly calls: number
  readonly connections: readonly number[]
  /** Over the link, where every round trip counts. */
  readonly linkedCalls: number
}

export const REUSE: Readonly<Record<ProfileName, ReuseExtent>> = {
  quick: { calls: 100, connections: [100, 10, 1], linkedCalls: 4 },
  standard: { calls: 1_000, connections: [1_000, 100, 10, 1], linkedCalls: 20 },
  full: { calls: 1_000, connections: [1_000, 100, 10, 1], linkedCalls: 20 },
}

export const SECURITIES = ['plaintext', 'tls'] as const
export type Security = (typeof SECURITIES)[number]

export const reuseId = (security: Security, connections: number): string =>
  `reuse.${security}.${connections}-connections`

/** Over the link: a connection for each call, or one for all. */
export const LINKED_KINDS = ['new', 'one'] as const
export type LinkedKind = (typeof LINKED_KINDS)[number]

export const LINKED_CLIENTS = { http2: "Node's http2", grpc: 'grpc-js' } as const
export type LinkedClient = keyof typeof LINKED_CLIENTS

export interface LinkedCase {
  readonly client: LinkedClient
  readonly security: Security
  readonly kind: LinkedKind
}

export const LINKED_CASES: readonly LinkedCase[] = (Object.keys(LINKED_CLIENTS) as LinkedClient[]).flatMap(
  (client) => SECURITIES.flatMap((security) => LINKED_KINDS.map((kind) => ({ client, security, kind }))),
)

export const linkedReuseId = ({ client, security, kind }: LinkedCase): string =>
  `reuse.link.${client}-${security}.${kind}`

/**
 * Round trips that a call cannot do without: a connection of its own costs one for TCP and, with TLS 1.3, another one for the
 * handshake, before that of the call itself. grpc-js also waits for the SETTINGS of the server, which come a round trip later.
 */
export function roundTripsOf({ client, security, kind }: LinkedCase): number {
  if (kind === 'one') return 1
  return 2 + (security === 'tls' ? 1 : 0) + (client === 'grpc' ? 1 : 0)
}
