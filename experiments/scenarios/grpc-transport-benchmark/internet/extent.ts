// Which emulated distances are measured, how often, and the ids of the runs.

import { SwitchyardError } from '../../../../core/errors.ts'
import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { Batch } from '../../../../testbed/new-connections/jobs.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import type { Turns } from '../turns/in-turns.ts'

/** Round trips as between a city and its region, an edge site and a cloud across a continent, and two continents. */
const DISTANCES: Readonly<Record<ProfileName, readonly number[]>> = {
  quick: [20],
  standard: [20, 80, 200],
  full: [20, 80, 200],
}

/** New connections of each case, by distance: the longer, the fewer. */
const REPEATS: Readonly<Record<ProfileName, (rttMs: number) => number>> = {
  quick: () => 5,
  standard: (rttMs) => (rttMs > 100 ? 6 : 10),
  full: () => 40,
}

/** Cases of handshakes at a time: more would take CPU time from each other. */
export const LANES = 4

export const distancesOf = ({ name }: Profile): readonly number[] => DISTANCES[name]
export const repeatsAt = ({ name }: Profile, rttMs: number): number => REPEATS[name](rttMs)

export const BATCHES: readonly Batch[] = [1, 10, 100].flatMap((calls) =>
  (['one after the other', 'at once'] as const).map((order) => ({ calls, order })),
)

/** A hundred calls one after the other take too long where each takes 200 ms. */
export const isBatchAt = ({ calls, order }: Batch, rttMs: number): boolean =>
  order === 'at once' || calls * rttMs <= 10_000

/** The distance of the runs with loss and with servers that fail. */
export const NEAR_MS = 20
export const LOSS_PERCENT = 1

/** Without loss as well, where there is time for a twin. */
export const lossesOf = ({ name }: Profile): readonly number[] =>
  name === 'quick' ? [LOSS_PERCENT] : [0, LOSS_PERCENT]

export function internetTransport(rttMs: number, lossPercent = 0): Transport {
  const id = `internet-${rttMs}${lossPercent > 0 ? `-loss-${lossPercent}` : ''}`
  const transport = TRANSPORTS.find((one) => one.id === id)
  if (transport === undefined) throw new SwitchyardError('internal', `there is no transport ${id}`)
  return transport
}

export const connectionsRun = (rttMs: number): string => `internet.connections.${rttMs}-ms`

/** A sign test of eight turns can tell four differences from nothing at once, at a level of 0.05 for all. */
export const INTERNET_TURNS: Readonly<Record<ProfileName, Turns>> = {
  quick: { count: 2, seconds: 0.4, warmUpSeconds: 0, firstSeconds: 0.1 },
  standard: { count: 8, seconds: 0.6, warmUpSeconds: 0, firstSeconds: 0.3 },
  full: { count: 20, seconds: 5, warmUpSeconds: 0, firstSeconds: 2 },
}
