// Measures one cell: all servers run at once, each with its own clients, and push in turns, so that other load on the machine affects all alike.

import { ProcessGroup } from '../../processes/process-group.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { type RunningServer, SERVERS, type ServerName, startServer } from '../harness/servers.ts'
import { type Swarm, startSwarm } from '../harness/swarm.ts'
import { cpuMsOf, peakMemoryMiBOf } from '../harness/usage.ts'
import type { Cell } from './cells.ts'

export interface Measured {
  /** From the first request to the last ACK, in milliseconds. */
  readonly firstSyncMs: number
  /** CPU time of the server for the first sync, in milliseconds. */
  readonly firstSyncCpuMs: number
  /** From the request for a change to the last ACK, in milliseconds, one value per round. */
  readonly pushMs: readonly number[]
  /** CPU time of the server per push, in milliseconds. */
  readonly pushCpuMs: number
  /** Peak resident memory of the server, from its start to its last push. */
  readonly peakMiB: number
}

export type CellResult = Cell & { readonly of: Readonly<Record<ServerName, Measured>> }

interface ServerUnderTest {
  readonly server: RunningServer
  readonly swarm: Swarm
  readonly firstSyncCpuMs: number
  readonly pushMs: number[]
  cpuMs: number
}

/** @throws SwitchyardError `process-failed` if a server or its clients time out */
export async function measureCell(tools: GoTools, cell: Cell): Promise<CellResult> {
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  try {
    const servers: ServerUnderTest[] = []
    for (const name of SERVERS) servers.push(await startUnderTest(group, tools, name, cell))
    for (let round = -cell.warmUps; round < cell.rounds; round += 1) {
      for (const one of inTurns(servers, round + cell.warmUps)) {
        const before = cpuMsOf(one.server.pid)
        const { all_acked_ms: pushMs } = await one.swarm.push().catch((cause: Error) => {
          throw new Error(`${one.server.name}: ${cause.message}`, { cause })
        })
        if (round < 0) continue
        one.pushMs.push(pushMs)
        one.cpuMs += cpuMsOf(one.server.pid) - before
      }
    }
    const of = Object.fromEntries(servers.map((one) => [one.server.name, measured(one, cell)]))
    return { ...cell, of: of as Record<ServerName, Measured> }
  } finally {
    await group.stop()
    removeHandlers()
  }
}

async function startUnderTest(
  group: ProcessGroup,
  tools: GoTools,
  name: ServerName,
  { size, streams, mode, rounds, warmUps }: Cell,
): Promise<ServerUnderTest> {
  const server = await startServer(group, tools, name, size)
  const before = cpuMsOf(server.pid)
  const swarm = await startSwarm(group, tools, server, {
    streams,
    mode,
    rounds: rounds + warmUps,
    settleMs: streams * size >= 100_000 ? 400 : 100,
  })
  return { server, swarm, firstSyncCpuMs: cpuMsOf(server.pid) - before, pushMs: [], cpuMs: 0 }
}

/** Each round starts with another server, so that no server always follows the same one. */
function inTurns<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}

function measured(
  { server, swarm, firstSyncCpuMs, pushMs, cpuMs }: ServerUnderTest,
  { rounds }: Cell,
): Measured {
  return {
    firstSyncMs: swarm.firstSync.all_acked_ms,
    firstSyncCpuMs,
    pushMs,
    pushCpuMs: cpuMs / rounds,
    peakMiB: peakMemoryMiBOf(server.pid),
  }
}
