// Two extremes: all clients reconnect at once, and a client requests very many names.

import { ProcessGroup } from '../../processes/process-group.ts'
import { median } from '../../testbed/measure/statistics.ts'
import { peakMemoryMiBOf } from '../../testbed/measure/usage.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { type RunningServer, type ServerName, startServer } from '../harness/servers.ts'
import { type Mode, startSwarm } from '../harness/swarm.ts'

export interface Extreme {
  readonly kind: 'storm' | 'names'
  readonly what: string
  readonly mode: Mode
  readonly rounds: number
  readonly of: Readonly<Record<'switchyard' | 'peer', Outcome>>
}

export interface Outcome {
  /** Until all clients are in sync, in milliseconds; the median. */
  readonly ms: number
  /** Peak resident memory of the server. */
  readonly peakMiB: number
}

export interface ExtremeSettings {
  readonly mode: Mode
  readonly size: number
  readonly streams: number
  readonly rounds: number
}

const SETTLE_MS = 400

/** Closes all streams at once, changes a cluster, and reconnects all clients with the versions they have; timed from the first dial. */
export async function measureStorm(tools: GoTools, settings: ExtremeSettings): Promise<Extreme> {
  const { mode, size, streams, rounds } = settings
  return {
    kind: 'storm',
    what: `${streams} streams reconnect at once, ${size} clusters`,
    mode,
    rounds,
    of: await forBoth(tools, size, async (group, server) => {
      const swarm = await startSwarm(group, tools, server, { ...settings, settleMs: SETTLE_MS })
      const times: number[] = []
      for (let round = 0; round < rounds; round += 1) times.push((await swarm.storm()).all_acked_ms)
      return times
    }),
  }
}

/** Clients request the endpoints of all clusters in one request each; timed from the first request. */
export async function measureManyNames(tools: GoTools, settings: ExtremeSettings): Promise<Extreme> {
  const { mode, size, streams, rounds } = settings
  return {
    kind: 'names',
    what: `${size} names in one request, ${streams} stream`,
    mode,
    rounds,
    of: await forBoth(tools, size, async (group, server) => {
      const times: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        const options = { ...settings, rounds: 0, types: 'cds,eds', settleMs: SETTLE_MS }
        const swarm = await startSwarm(group, tools, server, options)
        times.push(swarm.firstSync.all_acked_ms)
        await swarm.stop()
      }
      return times
    }),
  }
}

async function forBoth(
  tools: GoTools,
  size: number,
  run: (group: ProcessGroup, server: RunningServer) => Promise<readonly number[]>,
): Promise<Extreme['of']> {
  const measure = async (name: ServerName): Promise<Outcome> => {
    const group = new ProcessGroup()
    const removeHandlers = group.stopOnSignals()
    try {
      const server = await startServer(group, tools, name, size)
      return { ms: median(await run(group, server)), peakMiB: peakMemoryMiBOf(server.pid) }
    } finally {
      await group.stop()
      removeHandlers()
    }
  }
  return { switchyard: await measure('switchyard'), peer: await measure('peer') }
}
