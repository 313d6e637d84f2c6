// Turns the switch under load: when the fleet had ACKed, when the last old connection was gone, and what callers noticed.

import { setTimeout } from 'node:timers/promises'
import type { RestClient } from '../../api/client.ts'
import type { LbRequest } from '../../api/schemas/lb.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { RunningBackend } from '../../testbed/backend.ts'
import { LISTENER } from '../../testbed/document.ts'
import { type LoadResult, startBackgroundLoad } from '../../testbed/load/background-load.ts'
import type { TestbedNode } from '../../testbed/testbed.ts'

/** The fleet that is switched, with all that is needed to see what that did. */
export interface Stage {
  readonly rest: RestClient
  readonly fleet: string
  readonly nodes: readonly TestbedNode[]
  readonly backends: readonly RunningBackend[]
}

export interface Turn {
  readonly from: LbRequest
  readonly to: LbRequest
  /** From the REST call to its answer, which comes when the fleet has ACKed, in milliseconds. */
  readonly ackedMs: number
  /** From that answer until the last connection of the old mode was gone, in milliseconds; 0 where the mode stayed. */
  readonly lastGoneMs: number
  /** Connections of the old mode at the time of the answer. */
  readonly oldConnections: number
  readonly load: LoadResult
}

const POLL_MS = 10

/** Calls before the turn, and after its end: those between come on top. */
const CALLS_AROUND = 150

/**
 * A connection through tcp_proxy stays with its backend whatever the listener says now, and Envoy cannot tell an L4 client to
 * leave. The backends can: once the switch is ACKed, they send GOAWAY through the tunnel, and clients reconnect to L7.
 * The other way round, Envoy itself says GOAWAY for as long as its drain time lasts.
 *
 * @throws SwitchyardError of the control plane's answer; `process-failed` where part of the fleet is not connected
 */
export async function turn(stage: Stage, from: LbRequest, to: LbRequest): Promise<Turn> {
  const background = startBackgroundLoad(...stage.nodes.map(({ target }) => target))
  try {
    await background.further(CALLS_AROUND)
    const begun = performance.now()
    await switchTo(stage, to)
    const acked = performance.now()
    const oldConnections = from.mode === to.mode ? 0 : await countConnections(stage, from.mode)
    if (from.mode === 'l4' && to.mode === 'l7') await Promise.all(stage.backends.map(({ drain }) => drain()))
    if (oldConnections > 0) await untilGone(stage, from.mode)
    const gone = performance.now()
    await background.further(CALLS_AROUND)
    const load = await background.stop()
    const lastGoneMs = from.mode === to.mode ? 0 : gone - acked
    return { from, to, ackedMs: acked - begun, lastGoneMs, oldConnections, load }
  } finally {
    await background.stop()
  }
}

/** Turns the switch without any load. @throws as `turn` does */
export async function switchTo({ rest, fleet }: Stage, setting: LbRequest): Promise<void> {
  const { outcome } = await rest.putLb(fleet, setting)
  if (outcome === 'synced') return
  throw new SwitchyardError('process-failed', `no Envoy of fleet "${fleet}" is connected: see yard status`)
}

async function untilGone(stage: Stage, mode: LbRequest['mode']): Promise<void> {
  while ((await countConnections(stage, mode)) > 0) await setTimeout(POLL_MS)
}

async function countConnections({ nodes }: Stage, mode: LbRequest['mode']): Promise<number> {
  const counts = await Promise.all(
    nodes.map(({ envoy }) => envoy.admin.activeDownstreamConnections(LISTENER, LISTENER)),
  )
  return counts.reduce((sum, count) => sum + count[mode], 0)
}
