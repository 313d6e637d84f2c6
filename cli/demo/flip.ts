// Turns L4 into L7 under load: when the fleet had ACKed, when the last old connection was gone, and what callers noticed.

import { setTimeout } from 'node:timers/promises'
import { type LbSetting, putLb } from '../rest-client.ts'
import { type LoadResult, startBackgroundLoad } from './background-load.ts'
import { FLEET, LISTENER, type Testbed } from './testbed.ts'

export interface Flip {
  /** From the REST call to its answer, which comes when the fleet has ACKed, in milliseconds. */
  readonly ackedMs: number
  /** From that answer until the last connection of the old mode was gone, in milliseconds. */
  readonly lastGoneMs: number
  /** Connections of the old mode at the time of the answer. */
  readonly oldConnections: number
  readonly load: LoadResult
}

const POLL_MS = 5

/** Calls before the flip, and after its end: those between come on top. */
const CALLS_AROUND = 200

/**
 * A connection through tcp_proxy stays with its backend whatever the listener says now, and Envoy cannot tell an L4 client to
 * leave. The backends can: once the switch is ACKed, they send GOAWAY through the tunnel, and clients reconnect to L7.
 */
export async function flipToL7(testbed: Testbed, policy: string): Promise<Flip> {
  const background = startBackgroundLoad(testbed.address)
  await background.further(CALLS_AROUND)
  const begun = performance.now()
  const setting: LbSetting = { mode: 'l7', policy }
  await putLb(testbed.adminUrl, FLEET, setting)
  const acked = performance.now()
  const oldConnections = await countL4Connections(testbed)
  await Promise.all(testbed.backends.map(({ drain }) => drain()))
  while ((await countL4Connections(testbed)) > 0) await setTimeout(POLL_MS)
  const gone = performance.now()
  await background.further(CALLS_AROUND)
  const load = await background.stop()
  return { ackedMs: acked - begun, lastGoneMs: gone - acked, oldConnections, load }
}

async function countL4Connections({ envoy }: Testbed): Promise<number> {
  const { l4 } = await envoy.admin.activeDownstreamConnections(LISTENER, LISTENER)
  return l4
}
