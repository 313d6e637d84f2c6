// Very many streams on several server processes: memory of a stream, CPU of a push, first sync, and all streams at once.

import { readFileSync } from 'node:fs'
import { SwitchyardError } from '../../core/errors.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { median } from '../../testbed/measure/statistics.ts'
import { cpuMsOf, memoryMiBOf, peakMemoryMiBOf, processesBelow } from '../../testbed/measure/usage.ts'
import { sourceFile } from '../../testbed/part.ts'
import type { GoTools } from '../harness/go-tools.ts'
import { type RunningServer, startProgram } from '../harness/servers.ts'
import { type Mode, type Round, type Swarm, startSwarm } from '../harness/swarm.ts'

export interface ScaleCell {
  readonly mode: Mode
  /** Number of clusters, each with endpoints and a route. */
  readonly size: number
  /** Of the server, that have streams. Another one starts them and makes the changes. */
  readonly processes: number
  readonly streams: number
  /** Of clients, whose number of ports and open files is limited. */
  readonly swarms: number
  /** Measured changes, after one that warms up. */
  readonly rounds: number
}

export interface ScaleResult extends ScaleCell {
  /** Resident memory of all processes of the server before the first stream. */
  readonly emptyMiB: number
  /** The same when all streams are in sync. */
  readonly syncedMiB: number
  /** The sum of the peaks of all processes. */
  readonly peakMiB: number
  /** From the first request, when all are connected, to the last ACK. */
  readonly firstSyncMs: number
  /** CPU time of the server for it, all processes together. */
  readonly firstSyncCpuMs: number
  /** From the request for a change to the last ACK of all clients, the median. */
  readonly pushMs: number
  /** CPU time of the server for a change, all processes together, the median. */
  readonly pushCpuMs: number
  /** Until all clients are back after all connections ended at once; undefined with several swarms. */
  readonly stormMs?: number
  /** Streams and connections that ended in the first sync, and were opened again. */
  readonly reopened: number
  /** The same after the first sync. */
  readonly reopenedLater: number
}

const SETTLE_MS = 1_000

/** Files that a process of clients or of the server needs beside its connections. */
const OTHER_FILES = 200

/** @throws SwitchyardError `process-failed` if a process fails, or if the limit of open files is too low */
export async function measureScale(tools: Pick<GoTools, 'swarm'>, cell: ScaleCell): Promise<ScaleResult> {
  checkFileLimit(cell)
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  try {
    const flags = ['--processes', String(cell.processes)]
    const file = sourceFile('bench/servers/scale-server.ts')
    const server = await startProgram(group, 'the server', file, cell.size, flags)
    return { ...cell, ...(await measure(group, tools, server, cell)) }
  } finally {
    await group.stop()
    removeHandlers()
  }
}

async function measure(
  group: ProcessGroup,
  tools: Pick<GoTools, 'swarm'>,
  server: RunningServer,
  cell: ScaleCell,
): Promise<Omit<ScaleResult, keyof ScaleCell>> {
  const pids = [server.pid, ...processesBelow(server.pid)]
  if (pids.length !== cell.processes + 1) {
    throw new SwitchyardError(
      'process-failed',
      `the server has ${pids.length} processes instead of ${cell.processes + 1}`,
    )
  }
  const sum = (of: (pid: number) => number) => pids.reduce((total, pid) => total + of(pid), 0)
  const emptyMiB = sum(memoryMiBOf)
  const cpuBefore = sum(cpuMsOf)
  const swarms = await startSwarms(group, tools, server, cell)
  const firstSyncCpuMs = sum(cpuMsOf) - cpuBefore
  const syncedMiB = sum(memoryMiBOf)
  const pushes: { readonly ms: number; readonly cpuMs: number }[] = []
  let reopenedLater = 0
  for (let round = -1; round < cell.rounds; round += 1) {
    const before = sum(cpuMsOf)
    const ends = await pushToAll(swarms)
    reopenedLater += reopenedIn(ends)
    const ms = slowest(ends)
    if (round >= 0) pushes.push({ ms, cpuMs: sum(cpuMsOf) - before })
  }
  const [only, ...others] = swarms
  const storm = others.length === 0 ? await only?.storm() : undefined
  const firstSyncs = swarms.map(({ firstSync }) => firstSync)
  return {
    emptyMiB,
    syncedMiB,
    peakMiB: sum(peakMemoryMiBOf),
    firstSyncMs: slowest(firstSyncs),
    firstSyncCpuMs,
    pushMs: median(pushes.map(({ ms }) => ms)),
    pushCpuMs: median(pushes.map(({ cpuMs }) => cpuMs)),
    ...(storm && { stormMs: storm.all_acked_ms }),
    reopened: reopenedIn(firstSyncs),
    reopenedLater: reopenedLater + (storm?.reopened ?? 0),
  }
}

/** All start at once. Each has a source address of its own, and with it ports of its own. */
async function startSwarms(
  group: ProcessGroup,
  tools: Pick<GoTools, 'swarm'>,
  server: RunningServer,
  { streams, swarms, mode, rounds }: ScaleCell,
): Promise<readonly Swarm[]> {
  const shares = Array.from({ length: swarms }, (_, at) => Math.floor((streams + at) / swarms))
  return await Promise.all(
    shares.map((share, at) =>
      startSwarm(group, tools, server, {
        streams: share,
        mode,
        rounds: rounds + 2,
        source: `127.0.1.${at + 1}`,
        settleMs: SETTLE_MS,
        mayReopen: true,
      }),
    ),
  )
}

/** One swarm makes the change that all receive. */
async function pushToAll([first, ...others]: readonly Swarm[]): Promise<readonly Round[]> {
  if (first === undefined) return []
  const waits = await Promise.all(others.map((swarm) => swarm.watch()))
  return await Promise.all([first.push(), ...waits.map((wait) => wait())])
}

function slowest(rounds: readonly Round[]): number {
  return Math.max(...rounds.map(({ all_acked_ms: ms }) => ms))
}

function reopenedIn(rounds: readonly Round[]): number {
  return rounds.reduce((total, { reopened }) => total + reopened, 0)
}

function checkFileLimit({ streams, swarms, processes }: ScaleCell): void {
  const needed = Math.ceil(streams / Math.min(swarms, processes)) + OTHER_FILES
  const limit = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  if (limit >= needed) return
  const message = `${streams} streams need ${needed} open files in a process, and the limit is ${limit}: raise it with "ulimit -Hn ${needed}" as root`
  throw new SwitchyardError('process-failed', message)
}
