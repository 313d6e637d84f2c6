// Remembers, across restarts, which names stood in a response that a node refused: what the node holds of them is unknown.

import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { SwitchyardError } from '../../core/errors.ts'

export interface NackedNames {
  readonly node: string
  readonly typeUrl: string
  readonly names: readonly string[]
}

/** Where the marks are kept beyond the process. Both calls are durable when they return. */
export interface NackLog {
  /** All marks that stand. */
  read(): Iterable<NackedNames>
  /** Adds marks, or with `settled` takes them away. */
  append(marks: NackedNames, settled: boolean): void
}

/**
 * A log in a file, one JSON document a line, rewritten with what stands when it is opened. A last line that a crash cut
 * short is left out.
 * @throws SwitchyardError `internal` for a file that is something else, which stays as it was.
 */
export function openNackLog(path: string): NackLog {
  const standing = readStanding(path)
  rewrite(path, standing)
  return {
    read: () => standing,
    append: (marks, settled) => appendFileSync(path, line({ ...marks, settled }), { flush: true }),
  }
}

interface Line extends NackedNames {
  readonly settled: boolean
}

function line(content: Line): string {
  return `${JSON.stringify(content)}\n`
}

function readStanding(path: string): NackedNames[] {
  const standing = new Map<string, NackedNames>()
  for (const { node, typeUrl, names, settled } of readLines(path)) {
    const key = JSON.stringify([node, typeUrl])
    const before = standing.get(key)?.names ?? []
    const after = settled
      ? before.filter((name) => !names.includes(name))
      : [...new Set([...before, ...names])]
    standing.set(key, { node, typeUrl, names: after })
  }
  return [...standing.values()].filter(({ names }) => names.length > 0)
}

function readLines(path: string): Line[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((content, index) => parseLine(content, `${path}:${index + 1}`))
}

function parseLine(content: string, place: string): Line {
  try {
    return JSON.parse(content)
  } catch (cause) {
    const message = `${place} is not a line of a refusal log: give another path, or move the file away`
    throw new SwitchyardError('internal', message, { cause })
  }
}

function rewrite(path: string, standing: readonly NackedNames[]): void {
  const temporary = `${path}.new`
  const lines = standing.map((marks) => line({ ...marks, settled: false }))
  writeFileSync(temporary, lines.join(''), { flush: true })
  renameSync(temporary, path)
}
