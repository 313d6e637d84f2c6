// Shared by the processes of a testbed: the path of their source, and the parser of their ready line.

import { fileURLToPath } from 'node:url'
import type { RunningProcess } from '../processes/running-process.ts'

/** The absolute path of a source file, from its path below the project's root. */
export function sourceFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

/** What a process says when it is ready, with what `keepPart` needs to know of the process. */
export function partOf<T extends object>(started: RunningProcess, ready: T) {
  const { pid, exited } = started
  return { ...ready, pid, exited, stop: async () => void (await started.stop()) }
}

/** The JSON of a line that has the given field; undefined for any other line. */
export function parseReady<T>(line: string, field: keyof T & string): T | undefined {
  if (!line.startsWith('{')) return undefined
  const value: T = JSON.parse(line)
  return value[field] === undefined ? undefined : value
}
