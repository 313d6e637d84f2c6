// CPU time of a call, by who spends it.

import type { Measured } from '../../../harness/results.ts'

const MICROSECONDS = 1000

export type Role = Measured['processes'][number]['role']

/** CPU time of all processes, or of those of a role, for each call, in microseconds. */
export function cpuPerCall({ processes, calls }: Measured, role?: Role): number {
  const spent = processes.filter((one) => role === undefined || one.role === role)
  return (spent.reduce((sum, { cpuMs }) => sum + cpuMs, 0) * MICROSECONDS) / calls
}
