// CPU time and memory of a process, from Linux' /proc.
// https://man7.org/linux/man-pages/man5/proc.5.html

import { readdirSync, readFileSync } from 'node:fs'

const NANOSECONDS_PER_MS = 1e6

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

/** Peak resident memory of a process, in MiB; NaN if unknown. */
export function peakMemoryMiBOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1]) / 1024
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
