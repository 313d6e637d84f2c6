// Flips between L4 and L7 under load: the time until all Envoys have ACKed, until new calls use the new mode, and until the last old
// connection is gone.

import type { LbMode } from '../../api/schemas/lb.ts'
import { untilNoConnections } from '../../testbed/flips/open-connections.ts'
import { startBackgroundLoad } from '../../testbed/load/background-load.ts'
import type { FlipServer, Setup } from './flip-servers.ts'
import { untilBehaves } from './probe.ts'

/** Times in milliseconds from the request that flips. */
export interface FlipTimes {
  readonly acked: readonly number[]
  /** Until every Envoy handled a new connection in the new mode. */
  readonly newMode: readonly number[]
  /** Until no connection of the old mode was open. Only for the control plane: the servers have no influence on it. */
  readonly gone: readonly number[]
  readonly calls: number
  readonly failures: readonly string[]
}

export type FlipResults = Readonly<Record<FlipServer['name'], FlipTimes>>

const CALLS_AROUND = 40
/** Flips before the measurement, with cold code and connections. Their calls count, but their times do not. */
const WARM_UPS = 2

/** Flips each server this number of times, one after the other. */
export async function measureFlips({ servers, backends }: Setup, flips: number): Promise<FlipResults> {
  const results = new Map(
    servers.map(({ name }) => [name, { acked: [], newMode: [], gone: [], calls: 0, failures: [] }]),
  ) as Map<string, { acked: number[]; newMode: number[]; gone: number[]; calls: number; failures: string[] }>
  for (let flip = -WARM_UPS; flip < flips; flip += 1) {
    const [from, to]: readonly [LbMode, LbMode] = flip % 2 === 0 ? ['l4', 'l7'] : ['l7', 'l4']
    for (const server of servers) {
      const result = results.get(server.name)
      if (result === undefined) continue
      const load = startBackgroundLoad(...server.nodes.map(({ target }) => target))
      await load.further(CALLS_AROUND)
      const begun = performance.now()
      const since = () => performance.now() - begun
      const newMode = Promise.all(server.nodes.map(({ target }) => untilBehaves(target, to))).then(since)
      const times = { acked: await server.flip(to), newMode: await newMode, gone: Number.NaN }
      if (server.name === 'switchyard') {
        // Only the backends can make an L4 client reconnect: see testbed/flips/switch-under-load.ts.
        if (from === 'l4') await Promise.all(backends.map(({ drain }) => drain()))
        await untilNoConnections(
          server.nodes.map(({ admin }) => admin),
          from,
        )
        times.gone = since()
      }
      await load.further(CALLS_AROUND)
      const { calls, failures } = await load.stop()
      result.calls += calls
      result.failures.push(...failures)
      if (flip < 0) continue
      result.acked.push(times.acked)
      result.newMode.push(times.newMode)
      if (!Number.isNaN(times.gone)) result.gone.push(times.gone)
    }
  }
  return Object.fromEntries(results) as unknown as FlipResults
}
