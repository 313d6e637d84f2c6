// Flips between L4 and L7 under load: when all had ACKed, when calls behaved anew, and when the last old connection was gone.

import { setTimeout } from 'node:timers/promises'
import { LISTENER } from '../../testbed/document.ts'
import { startBackgroundLoad } from '../../testbed/load/background-load.ts'
import type { Course, FlipContestant, LbMode } from './contestants.ts'
import { untilBehaves } from './probe.ts'

/** Milliseconds from the call that flips. */
export interface FlipTimes {
  readonly acked: readonly number[]
  /** Until a new connection to each of the Envoys had been treated the new way. */
  readonly anew: readonly number[]
  /** Until no connection of the old mode was left; measured of the control plane alone, since the servers have no part in it. */
  readonly gone: readonly number[]
  readonly calls: number
  readonly failures: readonly string[]
}

export type FlipResults = Readonly<Record<FlipContestant['name'], FlipTimes>>

const CALLS_AROUND = 40
/** The first flips meet cold code and cold connections; their calls count, and their times do not. */
const WARM_UPS = 2
const POLL_MS = 10

/** Each contestant is flipped so many times, in turns. */
export async function measureFlips({ contestants, backends }: Course, flips: number): Promise<FlipResults> {
  const results = new Map(
    contestants.map(({ name }) => [name, { acked: [], anew: [], gone: [], calls: 0, failures: [] }]),
  ) as Map<string, { acked: number[]; anew: number[]; gone: number[]; calls: number; failures: string[] }>
  for (let flip = -WARM_UPS; flip < flips; flip += 1) {
    const [from, to]: readonly [LbMode, LbMode] = flip % 2 === 0 ? ['l4', 'l7'] : ['l7', 'l4']
    for (const contestant of contestants) {
      const result = results.get(contestant.name)
      if (result === undefined) continue
      const load = startBackgroundLoad(...contestant.nodes.map(({ target }) => target))
      await load.further(CALLS_AROUND)
      const begun = performance.now()
      const since = () => performance.now() - begun
      const anew = Promise.all(contestant.nodes.map(({ target }) => untilBehaves(target, to))).then(since)
      const times = { acked: await contestant.flip(to), anew: await anew, gone: Number.NaN }
      if (contestant.name === 'switchyard') {
        // Nobody else can tell an L4 client to leave: see cli/demo/turn.ts.
        if (from === 'l4') await Promise.all(backends.map(({ drain }) => drain()))
        await untilGone(contestant, from)
        times.gone = since()
      }
      await load.further(CALLS_AROUND)
      const { calls, failures } = await load.stop()
      result.calls += calls
      result.failures.push(...failures)
      if (flip < 0) continue
      result.acked.push(times.acked)
      result.anew.push(times.anew)
      if (!Number.isNaN(times.gone)) result.gone.push(times.gone)
    }
  }
  return Object.fromEntries(results) as unknown as FlipResults
}

async function untilGone({ nodes }: FlipContestant, mode: LbMode): Promise<void> {
  const count = async () => {
    const counts = await Promise.all(
      nodes.map(({ admin }) => admin.activeDownstreamConnections(LISTENER, LISTENER)),
    )
    return counts.reduce((sum, one) => sum + one[mode], 0)
  }
  while ((await count()) > 0) await setTimeout(POLL_MS)
}
