// Shared by the processes of a testbed: the path of their source, and the parser of their ready line.

import { fileURLToPath } from 'node:url'

/** How long a process may take to start: on a busy machine, loading its modules alone takes long. */
export const START_TIMEOUT_MS = 60_000

/** The absolute path of a source file, from its path below the project's root. */
export function sourceFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

/** The JSON of a line that has the given field; undefined for any other line. */
export function parseReady<T>(line: string, field: keyof T & string): T | undefined {
  if (!line.startsWith('{')) return undefined
  const value: T = JSON.parse(line)
  return value[field] === undefined ? undefined : value
}
