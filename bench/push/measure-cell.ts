// Measures one cell: its servers run at once, each with its own clients, and push in turns, so that other load on the machine affects all
// alike.

import { ProcessGroup } from '../../processes/process-group.ts'
import { cpuMsOf, peakMemoryMiBOf } from '../../testbed/measure/usage.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { type RunningServer, SERVERS, type ServerName, startServer } from '../harness/servers.ts'
import { type Swarm, startSwarm } from '../harness/swarm.ts'
import type { Cell } from './cells.ts'

export interface Measured {
  /** From the first request to the last ACK, in milliseconds. */
  readonly firstSyncMs: number
  /** What all clients received until then. */
  readonly firstSyncBytes: number
  /** CPU time of the server for the first sync, in milliseconds. */
  readonly firstSyncCpuMs: number
  /** From the request for a change to the last ACK, in milliseconds, one value per round. */
  readonly pushMs: readonly number[]
  /** CPU time of the server for each of these pushes, in milliseconds. */
  readonly pushCpuMs: readonly number[]
  /** Peak resident memory of the server, from its start to its last push. */
  readonly peakMiB: number
}

export type CellResult = Cell & { readonly of: Readonly<Record<ServerName, Measured>> }

/** Starts a server in a process group. */
export type StartServer = (group: ProcessGroup) => Promise<RunningServer>

interface ServerUnderTest {
  readonly server: RunningServer
  readonly swarm: Swarm
  readonly firstSyncCpuMs: number
  readonly pushMs: number[]
  readonly pushCpuMs: number[]
}

/** @throws SwitchyardError `process-failed` if a server or its clients time out */
export async function measureCell(tools: GoTools, cell: Cell): Promise<CellResult> {
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  try {
    const of: Partial<Record<ServerName, Measured>> = {}
    for (const names of togetherIn(cell)) {
      const starts = names.map((name): [ServerName, StartServer] => [
        name,
        (group) => startServer(group, tools, name, cell.size),
      ])
      Object.assign(of, await measureServers(group, tools, cell, starts))
    }
    return { ...cell, of: of as Record<ServerName, Measured> }
  } finally {
    await group.stop()
    removeHandlers()
  }
}

/** Resources of all clients together at which four servers and their clients no longer fit into 24 GiB. */
const MOST_TOGETHER = 10_000_000

/** The servers that run at once. In the largest cells, the floors run after the two that are compared. */
function togetherIn({ size, streams }: Cell): readonly (readonly ServerName[])[] {
  return size * streams < MOST_TOGETHER
    ? [SERVERS]
    : [
        ['switchyard', 'peer'],
        ['floor', 'http2'],
      ]
}

/**
 * Starts the servers in the given order, measures them in turns, and stops them; the group can be used again.
 * @throws SwitchyardError `process-failed` if a server or its clients time out
 */
export async function measureServers<Name extends string>(
  group: ProcessGroup,
  tools: Pick<GoTools, 'swarm'>,
  cell: Cell,
  starts: readonly (readonly [Name, StartServer])[],
): Promise<Record<Name, Measured>> {
  const cleanup = new AsyncDisposableStack()
  try {
    const servers: ServerUnderTest[] = []
    for (const [, start] of starts) servers.push(await startUnderTest(cleanup, group, tools, start, cell))
    for (let round = -cell.warmUps; round < cell.rounds; round += 1) {
      for (const one of inTurns(servers, round + cell.warmUps)) {
        const before = cpuMsOf(one.server.pid)
        const { all_acked_ms: pushMs } = await one.swarm.push().catch((cause: Error) => {
          throw new Error(`${one.server.name}: ${cause.message}`, { cause })
        })
        if (round < 0) continue
        one.pushMs.push(pushMs)
        one.pushCpuMs.push(cpuMsOf(one.server.pid) - before)
      }
    }
    const of = Object.fromEntries(servers.map((one, at) => [starts[at]?.[0], measured(one)]))
    return of as Record<Name, Measured>
  } finally {
    await cleanup.disposeAsync()
  }
}

async function startUnderTest(
  cleanup: AsyncDisposableStack,
  group: ProcessGroup,
  tools: Pick<GoTools, 'swarm'>,
  start: StartServer,
  { size, streams, mode, rounds, warmUps, listeners = [] }: Cell,
): Promise<ServerUnderTest> {
  const server = await start(group)
  cleanup.defer(server.stop)
  const before = cpuMsOf(server.pid)
  const swarm = await startSwarm(group, tools, server, {
    streams,
    mode,
    listeners,
    rounds: rounds + warmUps,
    settleMs: streams * size >= 100_000 ? 400 : 100,
  })
  cleanup.defer(swarm.stop)
  return { server, swarm, firstSyncCpuMs: cpuMsOf(server.pid) - before, pushMs: [], pushCpuMs: [] }
}

/** Each round starts with another server, so that no server always follows the same one. */
function inTurns<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}

function measured({ server, swarm, firstSyncCpuMs, pushMs, pushCpuMs }: ServerUnderTest): Measured {
  return {
    firstSyncMs: swarm.firstSync.all_acked_ms,
    firstSyncBytes: swarm.firstSync.wire_in_bytes,
    firstSyncCpuMs,
    pushMs,
    pushCpuMs,
    peakMiB: peakMemoryMiBOf(server.pid),
  }
}
