// What the processes of a testbed have in common: where their source is, and how they say that they are ready.

import { fileURLToPath } from 'node:url'

/** The path of a source file of this project, given from its root. */
export function sourceFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

/** The JSON document of a line that has the given field; undefined for any other output. */
export function parseReady<T>(line: string, field: keyof T & string): T | undefined {
  if (!line.startsWith('{')) return undefined
  const value: T = JSON.parse(line)
  return value[field] === undefined ? undefined : value
}
