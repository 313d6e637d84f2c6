// What every way is measured with, and compared by.

import type { Cell } from './cell.ts'
import type { WorkloadName } from './workloads.ts'

export type Shape = Omit<Cell, 'way'>

export const BASE: Shape = { workload: 'unary', loop: 'open', connections: 4, backends: 3 }

export const THROUGHPUT: Shape = { ...BASE, loop: 'closed' }
export const ONE_CONNECTION: Shape = { ...BASE, connections: 1 }
export const MANY_CONNECTIONS: Shape = { ...BASE, connections: 64 }

export function withCalls(workload: WorkloadName): Shape {
  return { ...BASE, workload }
}
