// The loads that both tools put on one server.

import type { Loads } from '../../../../harness/compare-loaders.ts'
import type { Profile } from '../../../../harness/profile.ts'
import { windowOf } from '../windows.ts'
import type { Endpoint } from './servers.ts'

export const CONNECTIONS = 4
export const CONCURRENCY = 16
/** Calls a second of the open loop: no simple ratio to a tick of a clock. */
export const RATE = 499

export interface ToolLoad {
  readonly title: string
  readonly endpoint: Endpoint
  readonly loop: 'closed' | 'open'
}

const CLOSED = `${CONCURRENCY} calls at a time`

export const LOADS = {
  closed: { title: `TCP, ${CLOSED}`, endpoint: 'tcp', loop: 'closed' },
  rate: { title: `TCP, ${RATE} calls/s`, endpoint: 'tcp', loop: 'open' },
  unix: { title: `Unix socket, ${CLOSED}`, endpoint: 'unix', loop: 'closed' },
  tls: { title: `TLS, ${CLOSED}`, endpoint: 'tls', loop: 'closed' },
} as const satisfies Readonly<Record<string, ToolLoad>>

export type LoadName = keyof typeof LOADS
export const LOAD_NAMES = Object.keys(LOADS) as readonly LoadName[]

export const TOOLS = ['switchyard', 'ghz'] as const
export type ToolName = (typeof TOOLS)[number]

export const loadId = (load: LoadName, tool: ToolName): string => `tools.${load}.${tool}`

/** The load for both tools, in the terms of our plans. */
export function planFor({ loop }: ToolLoad, profile: Profile): Loads {
  return {
    ...{ connections: CONNECTIONS, calls: { kind: 'unary' }, ...windowOf(profile) },
    loop:
      loop === 'open' ? { kind: 'open', callsPerSecond: RATE } : { kind: 'closed', concurrency: CONCURRENCY },
  }
}
