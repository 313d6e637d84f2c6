// Calls over every way in turns: a round measures each way once, in an order that changes with the round.

import type { ProcessGroup } from '../../processes/process-group.ts'
import type { GrpcCallResult, GrpcClientProcess } from '../../testbed/grpc-client-process.ts'
import { startGrpcClient } from '../../testbed/grpc-client-process.ts'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import { peakMemoryMiBOf, totalCpuMsOf } from '../../testbed/measure/usage.ts'
import type { Setup, Way, WayName } from './ways.ts'

export interface Plan {
  readonly languages: readonly GrpcLanguage[]
  readonly rounds: number
  /** Calls of each measurement. */
  readonly calls: number
  /** Calls a second of the paced measurement: far below what any way can do, so that no call waits for another. */
  readonly rate: number
}

/** One way in one round. */
export interface Sample {
  readonly language: GrpcLanguage
  readonly way: WayName
  /** Latency of paced calls, in milliseconds. */
  readonly p50: number
  readonly p99: number
  /** As fast as eight calls at a time go. */
  readonly callsPerSecond: number
  /** CPU time in microseconds for each of these calls; NaN without a proxy. */
  readonly clientCpu: number
  readonly proxyCpu: number
  /** The part of the calls that the busiest backend answered. */
  readonly largestShare: number
  readonly failures: number
}

/** Peak resident memory in MiB at the end; NaN without a proxy. */
export interface Memory {
  readonly language: GrpcLanguage
  readonly way: WayName
  readonly client: number
  readonly proxy: number
}

export interface Measured {
  readonly samples: readonly Sample[]
  readonly memory: readonly Memory[]
}

interface Caller {
  readonly language: GrpcLanguage
  readonly way: Way
  readonly client: GrpcClientProcess
}

const AT_A_TIME = 8
const DEADLINE_MS = 60_000

/** Every client is a process of its own for each way, so that its CPU time and memory are those of the way. */
export async function measureWays(
  group: ProcessGroup,
  folder: string,
  { ways }: Setup,
  { languages, rounds, calls, rate }: Plan,
  onRound: (round: number) => void = () => {},
): Promise<Measured> {
  const callers: Caller[] = []
  for (const language of languages) {
    for (const way of ways) {
      const { name, target, serviceConfig, bootstrap, env } = way
      const client = await startGrpcClient(group, folder, {
        language,
        name: `${language}-${name}`,
        target,
        ...(serviceConfig && { serviceConfig }),
        ...(bootstrap && { bootstrap }),
        ...(env && { env }),
      })
      callers.push({ language, way, client })
    }
  }
  // Connections, and the just-in-time compilers.
  for (const { client } of callers) await client.calls(calls, { concurrency: AT_A_TIME, ...PATIENT })
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % callers.length
    for (const caller of [...callers.slice(turn), ...callers.slice(0, turn)]) {
      samples.push(await sample(caller, calls, rate))
    }
    onRound(round)
  }
  return { samples, memory: callers.map(memoryOf) }
}

const PATIENT = { deadlineMs: DEADLINE_MS, waitForReady: true }

async function sample({ language, way, client }: Caller, calls: number, rate: number): Promise<Sample> {
  const paced = await client.calls(calls, { callsPerSecond: rate, concurrency: 4 * AT_A_TIME, ...PATIENT })
  const pids = [client.pid, way.proxy]
  const before = pids.map(cpuOf)
  const fast = await client.calls(calls, { concurrency: AT_A_TIME, ...PATIENT })
  const [clientCpu = Number.NaN, proxyCpu = Number.NaN] = pids.map(
    (pid, at) => ((cpuOf(pid) - (before[at] ?? 0)) * 1_000) / calls,
  )
  return {
    language,
    way: way.name,
    p50: paced.latencyMs.p50,
    p99: paced.latencyMs.p99,
    callsPerSecond: calls / fast.seconds,
    clientCpu,
    proxyCpu,
    largestShare: Math.max(...Object.values(fast.backends)) / calls,
    failures: failuresOf(paced) + failuresOf(fast),
  }
}

function cpuOf(pid: number | undefined): number {
  return pid === undefined ? Number.NaN : totalCpuMsOf(pid)
}

function failuresOf({ calls, codes }: GrpcCallResult): number {
  return calls - (codes.OK ?? 0)
}

function memoryOf({ language, way, client }: Caller): Memory {
  const [own = Number.NaN, proxy = Number.NaN] = [client.pid, way.proxy].map((pid) =>
    pid === undefined ? Number.NaN : peakMemoryMiBOf(pid),
  )
  return { language, way: way.name, client: own, proxy }
}
