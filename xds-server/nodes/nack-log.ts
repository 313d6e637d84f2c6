// The NACK log: remembers over restarts which names a node has NACKed. What the node has of them is unknown.

import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { appendFile, stat, truncate } from 'node:fs/promises'
import { SwitchyardError } from '../../core/errors.ts'

/**
 * Names of one type that were in a response which the node NACKed.
 *
 * @example
 * ```ts
 * import type { NackedNames } from 'switchyard'
 *
 * const marks: NackedNames = {
 *   node: 'edge-1',
 *   typeUrl: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
 *   names: ['backend'],
 * }
 * ```
 */
export interface NackedNames {
  readonly node: string
  readonly typeUrl: string
  readonly names: readonly string[]
}

/**
 * Storage for NACKs that outlives the process.
 *
 * @example
 * ```ts
 * import { type NackedNames, type NackLog, SnapshotCache } from 'switchyard'
 *
 * // A log in memory. One in a database implements the same three methods.
 * const log: NackedNames[] = []
 * const nackLog: NackLog = {
 *   read: () => [],
 *   append: async (marks) => void log.push(marks),
 *   close: async () => {},
 * }
 * const withLog = new SnapshotCache({ nackLog })
 * ```
 */
export interface NackLog {
  /** All names that no ACK has confirmed since. */
  read(): Iterable<NackedNames>
  /**
   * Adds NACKed names, or removes them if `settled` is true, because the node has ACKed them. Streams do not wait for it: what a
   * crash loses is what was appended in the last moment. After that, a node that reconnects is trusted about these names.
   * @returns a promise that resolves when it is durable, and rejects if it could not be written. Then it is written with the next one
   */
  append(marks: NackedNames, settled: boolean): Promise<void>
  /** Resolves when everything appended is durable, and rejects if it could not be written. */
  close(): Promise<void>
}

/**
 * Opens a NACK log in a file of JSON lines, and compacts it. A last line that a crash cut short is dropped.
 * @throws SwitchyardError `internal` if the file is not a NACK log. The file is left as it is.
 *
 * @example
 * ```ts
 * import { openNackLog, SnapshotCache } from 'switchyard'
 *
 * const nackLog = openNackLog('/var/lib/my-control-plane/nacks.jsonl')
 * const withLog = new SnapshotCache({ nackLog })
 * // At the end of the process:
 * await nackLog.close()
 * ```
 */
export function openNackLog(path: string): NackLog {
  const unconfirmed = readUnconfirmed(path)
  rewrite(path, unconfirmed)
  const writer = new LineWriter(path)
  return {
    read: () => unconfirmed,
    append: (marks, settled) => writer.write(line({ ...marks, settled })),
    close: () => writer.write(''),
  }
}

/** Appends lines to a file. Lines that arrive during a write are written together after it. */
class LineWriter {
  readonly #path: string
  #waiting = ''
  #writing: Promise<void> | undefined
  /** Bytes of whole lines in the file. */
  #size: number

  constructor(path: string) {
    this.#path = path
    this.#size = statSync(path).size
  }

  async write(text: string): Promise<void> {
    this.#waiting += text
    // What is under way may have begun before this text came. Its error belongs to others.
    if (this.#writing !== undefined) await this.#writing.catch(() => {})
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  async #flush(): Promise<void> {
    const text = this.#waiting
    if (text === '') return
    this.#waiting = ''
    try {
      const size = await sizeOf(this.#path)
      // A write that failed half-way would spoil the next line. A file that somebody removed is made again.
      if (size > this.#size) await truncate(this.#path, this.#size)
      await appendFile(this.#path, text, { flush: true })
      this.#size = Math.min(size, this.#size) + Buffer.byteLength(text)
    } catch (error) {
      this.#waiting = text + this.#waiting
      throw error
    }
  }
}

/** Zero if there is no file. Any other error comes again when the text is appended. */
async function sizeOf(path: string): Promise<number> {
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  return size
}

interface Line extends NackedNames {
  readonly settled: boolean
}

function line(content: Line): string {
  return `${JSON.stringify(content)}\n`
}

function readUnconfirmed(path: string): NackedNames[] {
  const unconfirmed = new Map<string, NackedNames>()
  for (const { node, typeUrl, names, settled } of readLines(path)) {
    const key = JSON.stringify([node, typeUrl])
    const before = unconfirmed.get(key)?.names ?? []
    const after = settled
      ? before.filter((name) => !names.includes(name))
      : [...new Set([...before, ...names])]
    unconfirmed.set(key, { node, typeUrl, names: after })
  }
  return [...unconfirmed.values()].filter(({ names }) => names.length > 0)
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
    const message = `${place} is not a line of a NACK log: set another path, or move the file away`
    throw new SwitchyardError('internal', message, { cause })
  }
}

function rewrite(path: string, unconfirmed: readonly NackedNames[]): void {
  const temporary = `${path}.new`
  const lines = unconfirmed.map((marks) => line({ ...marks, settled: false }))
  writeFileSync(temporary, lines.join(''), { flush: true })
  renameSync(temporary, path)
}
