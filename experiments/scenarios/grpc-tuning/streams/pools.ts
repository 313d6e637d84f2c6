// Throughput of one to eight channels: where the limit of a connection is what calls wait for, and where nothing limits them.

import { measureLoad } from '../../../../harness/measure-load.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { windowOf } from '../windows.ts'

export const POOL_LIMIT = 8
export const POOL_DELAY_MS = 10
export const AT_A_TIME = 64

/** `limited`: calls wait at the server, and a connection has a limit. `free`: neither, so that the machine is the limit. */
export type PoolKind = 'limited' | 'free'

export const POOLS: Readonly<Record<ProfileName, Readonly<Record<PoolKind, readonly number[]>>>> = {
  quick: { limited: [1, 2, 4, 8], free: [1, 4] },
  standard: { limited: [1, 2, 4, 8], free: [1, 2, 4, 8] },
  full: { limited: [1, 2, 4, 8, 16], free: [1, 2, 4, 8, 16] },
}

export const poolId = (kind: PoolKind, channels: number): string =>
  `streams.pool.${kind}.${channels}-channels`

export const POOL_FIGURES = { connections: 'connections of the server', most: 'calls at once at the server' }

/** Calls a second: as many at a time as the connections take together, each for its time at the server. */
export const predictedCalls = (channels: number): number =>
  (Math.min(AT_A_TIME, channels * POOL_LIMIT) * 1_000) / POOL_DELAY_MS

export async function measurePool(context: RunContext, kind: PoolKind, channels: number): Promise<Measured> {
  const server = await context.shared(`streams: ${kind} server`, ({ group }) =>
    startGaugedServer(group, kind === 'limited' ? { 'grpc.max_concurrent_streams': POOL_LIMIT } : {}),
  )
  const loader = await context.shared('streams: loader', ({ group }) => startLoader(group))
  // Connections of the run before have ended then.
  await server.until(({ open }) => open === 0)
  await server.reset()
  const measured = await measureLoad(context, {
    loader,
    plan: {
      target: server.addresses[0],
      ...{ connections: channels, ...windowOf(context.profile) },
      loop: { kind: 'closed', concurrency: AT_A_TIME },
      calls: { kind: 'unary', ...(kind === 'limited' && { delayMs: POOL_DELAY_MS }) },
    },
    processes: [{ role: 'server', name: 'server', pid: server.pid }],
  })
  const { connections, most } = await server.counts()
  const own = { [POOL_FIGURES.connections]: connections, [POOL_FIGURES.most]: most }
  return { ...measured, figures: { ...measured.figures, ...own } }
}
