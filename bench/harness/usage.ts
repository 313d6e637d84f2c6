// What a process has used so far, as Linux tells it.
// https://man7.org/linux/man-pages/man5/proc.5.html

import { readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second on every machine that Node runs on. */
const TICK_MS = 10

/** CPU time of a process and its threads so far, in milliseconds; NaN where the system does not tell. */
export function cpuMsOf(pid: number): number {
  const text = read(pid, 'stat')
  // The second field is the name, in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** The most memory that a process has had resident, in MiB; NaN where the system does not tell. */
export function peakMemoryMiBOf(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1]) / 1024
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
