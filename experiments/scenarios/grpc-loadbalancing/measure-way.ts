// Measures one cell: opens the way, makes the calls, and looks at the backends before and after.

import { setTimeout } from 'node:timers/promises'
import { measureLoad } from '../../../harness/measure-load.ts'
import type { Measured } from '../../../harness/results.ts'
import type { RunContext } from '../../../harness/scenario.ts'
import type { ConnectionCount } from '../../../services/backend-server.ts'
import type { LoadPlan } from '../../../testbed/loader/load-plan.ts'
import { type Loader, startLoader } from '../../../testbed/loader/start-loader.ts'
import { takeBackends } from './backend-pool.ts'
import { type Cell, callsOf } from './cell.ts'
import { CONNECTIONS } from './checks/pooling.ts'
import type { OpenWay, Way, WayBackend } from './ways/way.ts'
import { WORKLOADS } from './workloads.ts'

/** As many as a service may have users at a time. */
const KEYS = 1000
const POLL_MS = 10
const POLLS = 200

export interface Window {
  readonly warmUpSeconds: number
  readonly seconds: number
}

export async function measureWay(
  context: RunContext,
  way: Way,
  cell: Cell,
  window: Window,
): Promise<Measured> {
  const { crew } = WORKLOADS[cell.workload]
  const given = await takeBackends(context, { backends: cell.backends, crew })
  const open = await way.open(context, { backends: given })
  const backends = open.backends ?? given
  try {
    const loader = open.loader ?? (await takeLoader(context, open))
    const before = await closeConnections(backends)
    const measured = await measureLoad(context, {
      loader,
      plan: { ...planOf(open, cell), ...window },
      processes: [...open.processes, ...backends.map(processOf)],
      backends: backends.map(({ id }) => id),
    })
    const after = await countConnections(backends)
    return {
      ...measured,
      ...(open.loader && measured.load && { load: { ...measured.load, tool: open.loader.tool } }),
      // A program of its own connects again at once, without a call, and stays connected when its calls have ended.
      figures: {
        ...measured.figures,
        ...(await open.figures?.()),
        [CONNECTIONS]: way.oneChannel ? after.open : after.accepted - before.accepted,
      },
    }
  } finally {
    await open.close?.()
  }
}

function planOf({ targets, client = {} }: OpenWay, cell: Cell) {
  const { env: _, keyHeader, ...settings } = client
  return {
    targets,
    connections: cell.connections,
    ...callsOf(cell),
    ...settings,
    ...(keyHeader !== undefined && { keys: { header: keyHeader, count: KEYS } }),
  } satisfies Partial<LoadPlan>
}

/** A process for each run, so that its memory is that of the run; quick runs have no time for that. */
export async function takeLoader(context: RunContext, { client }: OpenWay): Promise<Loader> {
  if (client?.env) return await startLoader(context.group, { env: client.env })
  if (context.profile.name !== 'quick') return await startLoader(context.group)
  return await context.shared('loader', ({ group }) => startLoader(group))
}

function processOf({ id, pid }: WayBackend) {
  return { role: 'server', name: id, pid: pid ?? 0 } as const
}

/**
 * Closes what other runs have left open, such as the pool of a proxy, so that the connections of this one can be counted.
 * A peer that keeps a connection in spite of GOAWAY is not waited for long.
 * @returns what is left, and how many connections the backends have accepted so far
 */
async function closeConnections(backends: readonly WayBackend[]): Promise<ConnectionCount> {
  for (const backend of backends) await backend.drain()
  for (let poll = 0; poll < POLLS; poll += 1) {
    if ((await countConnections(backends)).open === 0) break
    await setTimeout(POLL_MS)
  }
  return await countConnections(backends)
}

async function countConnections(backends: readonly WayBackend[]): Promise<ConnectionCount> {
  const counts = await Promise.all(backends.map((backend) => backend.connections()))
  return {
    accepted: counts.reduce((sum, { accepted }) => sum + accepted, 0),
    open: counts.reduce((sum, { open }) => sum + open, 0),
  }
}
