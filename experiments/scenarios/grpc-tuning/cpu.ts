// CPU time of the processes of a role.

import type { Measured } from '../../../harness/results.ts'
import { totalOver } from '../../../harness/statistics/rounds.ts'

type Role = Measured['processes'][number]['role']

const cpuMsOf = (rounds: readonly Measured[], role: Role): number =>
  totalOver(rounds, ({ processes }) =>
    processes.filter((one) => one.role === role).reduce((sum, one) => sum + one.cpuMs, 0),
  )

/** Microseconds a call. */
export function cpuOf(rounds: readonly Measured[], role: Role): number {
  return (1_000 * cpuMsOf(rounds, role)) / totalOver(rounds, ({ calls }) => calls)
}

/** Percent of a core. */
export function busyOf(rounds: readonly Measured[], role: Role): number {
  return cpuMsOf(rounds, role) / (10 * totalOver(rounds, ({ seconds }) => seconds))
}
