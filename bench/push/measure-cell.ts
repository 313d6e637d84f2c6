// One cell: all servers up at once, each with clients of its own, and pushes in turns, so that what the machine does beside hits all alike.

import { ProcessGroup } from '../../processes/process-group.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { type RunningServer, SERVERS, type ServerName, startServer } from '../harness/servers.ts'
import { type Swarm, startSwarm } from '../harness/swarm.ts'
import { cpuMsOf, peakMemoryMiBOf } from '../harness/usage.ts'
import type { Cell } from './cells.ts'

export interface Measured {
  /** From the first request to the last ACK, in milliseconds. */
  readonly firstSyncMs: number
  /** CPU of the server for the first sync, in milliseconds. */
  readonly firstSyncCpuMs: number
  /** From the request for a change to the last ACK, in milliseconds, one a round. */
  readonly pushMs: readonly number[]
  /** CPU of the server a push, in milliseconds. */
  readonly pushCpuMs: number
  /** The most memory that the server has had, from its start to its last push. */
  readonly peakMiB: number
}

export type CellResult = Cell & { readonly of: Readonly<Record<ServerName, Measured>> }

interface Contestant {
  readonly server: RunningServer
  readonly swarm: Swarm
  readonly firstSyncCpuMs: number
  readonly pushMs: number[]
  cpuMs: number
}

/** @throws SwitchyardError `process-failed` where a server or its clients do not keep up at all */
export async function measureCell(tools: GoTools, cell: Cell): Promise<CellResult> {
  const group = new ProcessGroup()
  const takeBack = group.stopOnSignals()
  try {
    const contestants: Contestant[] = []
    for (const name of SERVERS) contestants.push(await enter(group, tools, name, cell))
    for (let round = -cell.warmUps; round < cell.rounds; round += 1) {
      for (const contestant of inTurns(contestants, round + cell.warmUps)) {
        const before = cpuMsOf(contestant.server.pid)
        const { all_acked_ms: pushMs } = await contestant.swarm.push().catch((cause: Error) => {
          throw new Error(`${contestant.server.name}: ${cause.message}`, { cause })
        })
        if (round < 0) continue
        contestant.pushMs.push(pushMs)
        contestant.cpuMs += cpuMsOf(contestant.server.pid) - before
      }
    }
    const of = Object.fromEntries(contestants.map((one) => [one.server.name, measured(one, cell)]))
    return { ...cell, of: of as Record<ServerName, Measured> }
  } finally {
    await group.stop()
    takeBack()
  }
}

async function enter(
  group: ProcessGroup,
  tools: GoTools,
  name: ServerName,
  { size, streams, mode, rounds, warmUps }: Cell,
): Promise<Contestant> {
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

/** Each round begins with the next one, so that none always comes after the same other. */
function inTurns<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}

function measured({ server, swarm, firstSyncCpuMs, pushMs, cpuMs }: Contestant, { rounds }: Cell): Measured {
  return {
    firstSyncMs: swarm.firstSync.all_acked_ms,
    firstSyncCpuMs,
    pushMs,
    pushCpuMs: cpuMs / rounds,
    peakMiB: peakMemoryMiBOf(server.pid),
  }
}
