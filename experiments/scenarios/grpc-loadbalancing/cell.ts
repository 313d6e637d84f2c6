// A cell of the matrix, and its id, by which checks and the report find the run again.

import type { LoadPlan } from '../../../testbed/loader/load-plan.ts'
import { CONCURRENCY, WORKLOADS, type WorkloadName } from './workloads.ts'

export interface Cell {
  /** The id of a way. */
  readonly way: string
  readonly workload: WorkloadName
  /** `open` is for latencies, `closed` for throughput. */
  readonly loop: 'open' | 'closed'
  readonly connections: number
  readonly backends: number
}

/** Such as `envoy-l4.unary.open.4c.3b`. */
export function idOf({ way, workload, loop, connections, backends }: Cell): string {
  return `${way}.${workload}.${loop}.${connections}c.${backends}b`
}

/** What distinguishes its run from others. */
export function labelsOf({ workload, loop, connections, backends }: Cell, way: string) {
  const { title, callsPerSecond } = WORKLOADS[workload]
  const rate = loop === 'open' ? `${callsPerSecond} a second` : 'as fast as possible'
  return {
    way,
    calls: `${title}, ${rate}`,
    connections: String(connections),
    backends: String(backends),
  }
}

/** The calls of its load. */
export function callsOf({ workload, loop }: Cell): Pick<LoadPlan, 'loop' | 'calls'> {
  const { shape, callsPerSecond } = WORKLOADS[workload]
  return {
    loop: loop === 'open' ? { kind: 'open', callsPerSecond } : { kind: 'closed', concurrency: CONCURRENCY },
    calls: shape,
  }
}

/** Undefined for the id of another kind of run. */
export function cellOf(id: string): Cell | undefined {
  const [, way = '', workload = '', loop, connections, backends] =
    /^([a-z0-9-]+)\.([a-z]+)\.(open|closed)\.(\d+)c\.(\d+)b$/.exec(id) ?? []
  if (!Object.hasOwn(WORKLOADS, workload)) return undefined
  return {
    way,
    workload: workload as WorkloadName,
    loop: loop as Cell['loop'],
    connections: Number(connections),
    backends: Number(backends),
  }
}
