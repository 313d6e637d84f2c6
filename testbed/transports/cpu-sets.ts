// Keeps the processes of the client's side and those of the server's side on CPUs of their own, so that neither takes the other's time.
// https://man7.org/linux/man-pages/man1/taskset.1.html

import { readFileSync } from 'node:fs'
import { findProgram } from '../../processes/find-program.ts'
import type { ProcessStarter } from '../../processes/process-group.ts'

export interface CpuSets {
  /** As taskset reads it, such as `0,1`. Undefined: any CPU. */
  readonly client: string | undefined
  readonly server: string | undefined
  /** Why they are not apart; undefined if they are. */
  readonly shared?: string
}

/** The first half of the CPUs that this process may use is the client's, the rest the server's. */
export function cpuSets(
  allowed: readonly number[] = allowedCpus(),
  hasTaskset: boolean = findProgram('taskset') !== undefined,
): CpuSets {
  const any = { client: undefined, server: undefined }
  if (!hasTaskset) return { ...any, shared: 'taskset is missing: sudo apt-get install -y util-linux' }
  if (allowed.length < 2) return { ...any, shared: 'this process may use one CPU only' }
  const half = Math.floor(allowed.length / 2)
  return { client: allowed.slice(0, half).join(','), server: allowed.slice(half).join(',') }
}

/** Starts processes that stay on these CPUs, as do those that they start. Their pids are their own. */
export function pinnedTo(cpus: string | undefined, starter: ProcessStarter): ProcessStarter {
  if (cpus === undefined) return starter
  return {
    start: (options) =>
      starter.start({
        ...options,
        command: 'taskset',
        args: ['--cpu-list', cpus, options.command, ...options.args],
      }),
  }
}

/** Of the CPUs: how they are shared out, and their governor where the kernel has one. */
export function cpuSettings(sets: CpuSets = cpuSets()): Readonly<Record<string, string>> {
  return {
    'CPUs of the client': sets.client ?? `any: ${sets.shared}`,
    'CPUs of the server': sets.server ?? `any: ${sets.shared}`,
    'CPU governor':
      read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor') ?? 'none (the machine chooses)',
  }
}

/** Reads a list of CPUs in the form of `Cpus_allowed_list`, such as `0-3,8`. */
export function parseCpuList(text: string): readonly number[] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, at) => first + at)
    })
}

/** CPUs that a process may use; by default this one. */
export function allowedCpus(pid?: number): readonly number[] {
  const status = read(`/proc/${pid ?? 'self'}/status`) ?? ''
  return parseCpuList(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '')
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
