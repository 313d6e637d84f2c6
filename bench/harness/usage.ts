// CPU time and memory of a process, from Linux' /proc.
// https://man7.org/linux/man-pages/man5/proc.5.html

import { readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second on all platforms of Node. */
const TICK_MS = 10

/** CPU time of a process and its threads, in milliseconds; NaN if unknown. */
export function cpuMsOf(pid: number): number {
  const text = read(pid, 'stat')
  // The second field is the name, in parentheses, with any characters.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Peak resident memory of a process, in MiB; NaN if unknown. */
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
