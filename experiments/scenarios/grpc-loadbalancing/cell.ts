// A cell of the matrix, and its id, by which checks and the report find the run again.

import { WORKLOADS, type WorkloadName } from './workloads.ts'

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
