// Switches a fleet under load: when the fleet had ACKed, when the last old connection was gone, and which calls failed.

import type { RestClient } from '../../api/client.ts'
import type { LbRequest } from '../../api/schemas/lb.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { RunningBackend } from '../backend.ts'
import { type LoadResult, startBackgroundLoad } from '../load/background-load.ts'
import type { TestbedNode } from '../testbed.ts'
import { countConnections, untilNoConnections } from './open-connections.ts'

/** The fleet to switch, and everything that is needed to measure the effect. */
export interface RunContext {
  readonly rest: RestClient
  readonly fleet: string
  readonly nodes: readonly TestbedNode[]
  readonly backends: readonly RunningBackend[]
}

export interface SwitchResult {
  readonly from: LbRequest
  readonly to: LbRequest
  /** From the REST call to its answer, which comes when every Envoy has ACKed, in milliseconds. */
  readonly ackedMs: number
  /** From that answer until no connection of the old mode was open, in milliseconds; 0 if the mode is the same. */
  readonly lastGoneMs: number
  /** Connections of the old mode that were open at the time of the answer. */
  readonly oldConnections: number
  readonly load: LoadResult
}

/** Calls before the switch, and again after the last old connection is gone. Calls in between come on top. */
const CALLS_AROUND = 150

/**
 * Switches from L4 to L7 need the backends' help: a connection through tcp_proxy stays with its backend whatever the new
 * listener says, and Envoy cannot ask an L4 client to leave. So the backends send GOAWAY through the tunnel after the ACK,
 * and the clients reconnect at L7. From L7 to L4, Envoy sends GOAWAY itself, during its drain time.
 *
 * @throws SwitchyardError of the REST answer; `process-failed` if no Envoy of the fleet is connected
 */
export async function switchUnderLoad(
  context: RunContext,
  from: LbRequest,
  to: LbRequest,
): Promise<SwitchResult> {
  const { nodes, backends } = context
  const envoys = nodes.map(({ envoy }) => envoy.admin)
  const load = startBackgroundLoad(...nodes.map(({ target }) => target))
  try {
    await load.further(CALLS_AROUND)
    const begun = performance.now()
    await switchTo(context, to)
    const acked = performance.now()
    const oldConnections = from.mode === to.mode ? 0 : await countConnections(envoys, from.mode)
    if (from.mode === 'l4' && to.mode === 'l7') await Promise.all(backends.map(({ drain }) => drain()))
    if (oldConnections > 0) await untilNoConnections(envoys, from.mode)
    const gone = performance.now()
    await load.further(CALLS_AROUND)
    const lastGoneMs = from.mode === to.mode ? 0 : gone - acked
    return { from, to, ackedMs: acked - begun, lastGoneMs, oldConnections, load: await load.stop() }
  } finally {
    await load.stop()
  }
}

/** Switches without load. @throws SwitchyardError like `switchUnderLoad` */
export async function switchTo(
  { rest, fleet }: Pick<RunContext, 'rest' | 'fleet'>,
  setting: LbRequest,
): Promise<void> {
  const { outcome } = await rest.putLb(fleet, setting)
  if (outcome === 'synced') return
  throw new SwitchyardError('process-failed', `no Envoy of fleet "${fleet}" is connected: see "yard status"`)
}
