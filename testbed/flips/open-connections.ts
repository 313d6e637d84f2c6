// Open connections of clients to a fleet, by mode.

import { setTimeout } from 'node:timers/promises'
import type { LbMode } from '../../api/schemas/lb.ts'
import type { EnvoyAdmin } from '../../envoy-bootstrap/envoy-admin.ts'
import { LISTENER } from '../document.ts'

const POLL_MS = 10

/** How many connections a fleet's Envoys serve at L4 or at L7, over the listener `main`. */
export async function countConnections(envoys: readonly EnvoyAdmin[], mode: LbMode): Promise<number> {
  const counts = await Promise.all(
    envoys.map((envoy) => envoy.activeDownstreamConnections(LISTENER, LISTENER)),
  )
  return counts.reduce((sum, count) => sum + count[mode], 0)
}

/** Resolves when no connection of the mode is open any more. */
export async function untilNoConnections(envoys: readonly EnvoyAdmin[], mode: LbMode): Promise<void> {
  while ((await countConnections(envoys, mode)) > 0) await setTimeout(POLL_MS)
}
