// CPU time and memory of client, server and what carries packets, by transport.

import type { TableSection } from '../../../../../harness/report/section.ts'
import type { Measured } from '../../../../../harness/results.ts'
import type { Role } from '../../../../../harness/statistics/round.ts'
import { spreadOver, totalOver } from '../../../../../harness/statistics/rounds.ts'
import { BASE, cellText, isSame } from '../cells.ts'
import type { MeasuredCell } from '../measured.ts'

/** CPU time is counted in hundredths of a second: of less than this, a tenth is error. */
const LEAST_CPU_MS = 100

const MOST: MeasuredCell['cell'] = { pattern: 'unary', payload: 64, concurrency: 100 }

export function usageTable(cells: readonly MeasuredCell[]): TableSection {
  const own = [MOST, BASE]
    .map((wanted) => cells.filter(({ cell }) => isSame(cell, wanted)))
    .find((found) => found.length > 0)
  const [first] = own ?? []
  return {
    kind: 'table',
    title: 'CPU time and memory of client and server',
    says: `${first ? `Measured on: ${cellText(first.cell)}. ` : ''}CPU time is that of the processes, for each call; the kernel's work in interrupts, such as what a virtual device does for a packet, is partly not counted as theirs. A carrier is a program in user space that the packets pass, such as WireGuard's. A time of less than 100 ms in all rounds together is too short to be counted. Memory is the largest that a process has had since it started, with all cells before.`,
    columns: [
      { title: 'transport' },
      { title: 'client', unit: 'µs a call', decimals: 0 },
      { title: 'server', unit: 'µs a call', decimals: 0 },
      { title: 'carriers', unit: 'µs a call', decimals: 0 },
      { title: 'client', unit: 'cores', decimals: 2 },
      { title: 'server', unit: 'cores', decimals: 2 },
      { title: 'client', unit: 'MiB', decimals: 0 },
      { title: 'server', unit: 'MiB', decimals: 0 },
    ],
    rows: (own ?? []).map(({ transport, rounds }) => {
      const perCall = (role: Role) => perCallOf(rounds, role)
      const cores = (role: Role) => spreadOver(rounds, (round) => coresOf(round, role)).median
      const memory = (role: Role) => spreadOver(rounds, (round) => memoryOf(round, role)).median
      const hasCarriers = rounds.some(({ processes }) => processes.some(({ role }) => role === 'other'))
      return [
        transport.title,
        ...[perCall('client'), perCall('server'), hasCarriers ? perCall('other') : undefined],
        ...[cores('client'), cores('server'), memory('client'), memory('server')],
      ]
    }),
  }
}

/** In microseconds, over all rounds. */
function perCallOf(rounds: readonly Measured[], role: Role): number | undefined {
  const cpuMs = totalOver(rounds, ({ processes }) =>
    processes.reduce((sum, one) => sum + (one.role === role ? one.cpuMs : 0), 0),
  )
  return cpuMs < LEAST_CPU_MS ? undefined : (1_000 * cpuMs) / totalOver(rounds, ({ calls }) => calls)
}

function coresOf({ processes, seconds }: Measured, role: Role): number {
  return processes.reduce((sum, one) => sum + (one.role === role ? one.cpuMs : 0), 0) / (1_000 * seconds)
}

function memoryOf({ processes }: Measured, role: Role): number {
  return processes.reduce((sum, one) => sum + (one.role === role ? one.peakMiB : 0), 0)
}
