// Loads of one curve: a closed loop that finds the capacity, and open loops at shares of it.

import type { LoadMeasurement } from '../../../../harness/measure-load.ts'
import { measureLoad } from '../../../../harness/measure-load.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { startEnvoys } from '../servers/envoys.ts'
import { startServers } from '../servers/start-servers.ts'
import { FIGURES } from './figures.ts'
import {
  BODIES,
  CAPACITY_WARM_UP,
  CONCURRENCY,
  CONNECTIONS,
  type Curve,
  type CurveCell,
  curveId,
  curveWindowOf,
  WORKERS,
} from './matrix.ts'

type Target = Pick<LoadMeasurement, 'loader' | 'processes' | 'backends'> & { readonly address: string }

/** @returns the way of the curve, and the load generator, which all curves share */
async function open({ shared }: RunContext, { subject }: Curve): Promise<Target> {
  const loader = await shared('curves: loader', ({ group }) => startLoader(group))
  const count = subject === 'cluster' ? 2 : 1
  const servers = await shared(`curves: ${count} servers`, ({ group }) => startServers(group, count))
  const { address, ids: backends } = servers
  if (subject !== 'envoy') return { loader, address, backends, processes: [servers.process] }
  const { envoy, target } = await shared('curves: envoy', async (context) =>
    (await startEnvoys(context, address, { edge: { workers: 1 } }))('edge'),
  )
  const proxy = { role: 'proxy', name: 'Envoy', pid: envoy.pid } as const
  return { loader, address: target, backends, processes: [proxy, servers.process] }
}

/** At one rate, in calls a second, whether or not calls have ended. */
export async function measureOpen(context: RunContext, cell: CurveCell): Promise<Measured> {
  return await openLoop(context, cell)
}

/** The same by a load generator that has no more calls under way than it has workers. */
export async function measureOmission(context: RunContext, cell: CurveCell): Promise<Measured> {
  return await openLoop(context, cell, { atMost: WORKERS })
}

/** A closed loop, whose throughput all open loops of the curve are shares of. Also for an open loop that is measured alone, by `--only`. */
export function measureCapacity(context: RunContext, curve: Curve): Promise<Measured> {
  return context.shared(`capacity of ${curveId(curve)}`, () => closedLoop(context, curve))
}

async function closedLoop(context: RunContext, curve: Curve): Promise<Measured> {
  const { address: target, ...measured } = await open(context, curve)
  return await measureLoad(context, {
    ...measured,
    plan: {
      ...{ target, connections: CONNECTIONS, calls: callsOf(curve) },
      ...curveWindowOf(context.profile),
      warmUpSeconds: CAPACITY_WARM_UP[context.profile.name],
      loop: { kind: 'closed', concurrency: CONCURRENCY },
    },
  })
}

async function openLoop(
  context: RunContext,
  cell: CurveCell,
  limit: { readonly atMost?: number } = {},
): Promise<Measured> {
  const { calls, seconds } = await measureCapacity(context, cell)
  const capacity = calls / seconds
  const callsPerSecond = Math.max(1, Math.round((capacity * cell.share) / 100))
  const { address: target, ...measured } = await open(context, cell)
  return await measureLoad(context, {
    ...measured,
    figures: { [FIGURES.capacity]: capacity, [FIGURES.offered]: callsPerSecond },
    plan: {
      ...{ target, connections: CONNECTIONS, calls: callsOf(cell), ...curveWindowOf(context.profile) },
      loop: { kind: 'open', callsPerSecond, ...limit },
    },
  })
}

function callsOf({ body }: Curve) {
  const { bytes } = BODIES[body]
  return { kind: 'unary', ...(bytes > 0 && { payloadBytes: bytes, responseBytes: bytes }) } as const
}
