// CPU time and memory of a process, from Linux' /proc.
// https://man7.org/linux/man-pages/man5/proc.5.html

import { readdirSync, readFileSync } from 'node:fs'

const NANOSECONDS_PER_MS = 1e6

/** USER_HZ is 100 on all platforms of Node. */
const MS_PER_TICK = 10

/**
 * CPU time of a process' threads, in milliseconds; NaN if unknown. The kernel counts it in nanoseconds, where
 * `/proc/PID/stat` counts hundredths of a second, which is more than most pushes take.
 * https://docs.kernel.org/scheduler/sched-stats.html
 */
export function cpuMsOf(pid: number): number {
  const times = threadsOf(pid).map((thread) => Number.parseInt(read(pid, `task/${thread}/schedstat`), 10))
  // A thread may end before its turn.
  const known = times.filter((time) => !Number.isNaN(time))
  return known.length === 0 ? Number.NaN : known.reduce((sum, time) => sum + time, 0) / NANOSECONDS_PER_MS
}

/**
 * CPU time of a process in milliseconds, threads that have ended included, where `cpuMsOf` loses theirs; NaN if unknown. It is
 * counted in hundredths of a second, so it is for work that takes much longer.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function totalCpuMsOf(pid: number): number {
  // The name of the program, in parentheses, may have spaces. Behind it come fields 3 and on; 14 and 15 are the times.
  const fields = read(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}

/**
 * CPU time of each thread of a process, in milliseconds, by its name: threads of one name are added up.
 * https://man7.org/linux/man-pages/man5/proc_pid_comm.5.html
 */
export function threadCpuMsOf(pid: number): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const thread of threadsOf(pid)) {
    const name = read(pid, `task/${thread}/comm`).trim()
    const nanoseconds = Number.parseInt(read(pid, `task/${thread}/schedstat`), 10)
    // A thread may end before its turn.
    if (name === '' || Number.isNaN(nanoseconds)) continue
    times.set(name, (times.get(name) ?? 0) + nanoseconds / NANOSECONDS_PER_MS)
  }
  return times
}

/** Peak resident memory of a process, in MiB; NaN if unknown. */
export function peakMemoryMiBOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1]) / 1024
}

/** Resident memory of a process now, in MiB; NaN if unknown. */
export function memoryMiBOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1]) / 1024
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** The processes that a process has started, and those that these have: the workers of a proxy. Without those that have ended. */
export function processesBelow(pid: number): readonly number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    read(pid, `task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
  return children.flatMap((child) => [child, ...processesBelow(child)])
}
