// The files that switches name: read and checked before they are served, watched while they are, and kept if a new content is invalid.

import { join } from 'node:path'
import type { Problem } from '../../../core/errors.ts'
import { filesUsedBy, switchesOf } from '../../document/configured-switches.ts'
import type { Config } from '../../document/model.ts'
import { type PlacedProblem, toProblem } from '../../document/problem.ts'
import type { FileContents, SettingFile } from '../../switches/setting-file.ts'
import { createFolderReader, type FolderReader } from './folder-reader.ts'
import { WatchedFiles } from './watch-files.ts'

export interface FileStoreOptions {
  /** Paths of the document begin there, and no file outside is read. */
  readonly folder: string
  /** Paths of the control plane's own files, which are never read. Default: none. */
  readonly ownFiles?: readonly string[]
  /** Between two looks at the files, in milliseconds. Default: 1,000. */
  readonly intervalMs?: number
}

/** All files that the switches of a configuration name which are on, as they are to be served. */
export interface ReadFiles {
  readonly inUse: ReadonlyMap<string, FileInUse>
  /** Files without a valid content, new or from before: a configuration that names one cannot be served. */
  readonly problems: readonly PlacedProblem[]
}

export interface FileInUse {
  readonly bytes: Uint8Array
  /** What is wrong with the file now, while the content from before stays in force. */
  readonly problems: readonly Problem[]
  /** How many changes of files had been seen when it was read. */
  readonly asOf: number
}

export interface FileStatus {
  /** What is wrong with the file now, while the content from before stays in force. */
  readonly problems: readonly Problem[]
}

/** A file and the switch that names it. */
interface NamedFile extends SettingFile {
  /** From the top of the document to the switch. */
  readonly from: readonly string[]
}

const INTERVAL_MS = 1_000

export class FileStore {
  readonly #folder: string
  readonly #readFile: FolderReader
  readonly #watched: WatchedFiles
  #inUse: ReadonlyMap<string, FileInUse> = new Map()
  #onChange: () => void = () => {}
  #changes = 0
  /** By the paths that are watched: the number of the last change. */
  #changedAt = new Map<string, number>()

  constructor({ folder, ownFiles = [], intervalMs = INTERVAL_MS }: FileStoreOptions) {
    this.#folder = folder
    this.#readFile = createFolderReader(folder, { title: 'the folder of files', ownFiles })
    this.#watched = new WatchedFiles(intervalMs, (paths) => {
      this.#changes += 1
      for (const path of paths) this.#changedAt.set(path, this.#changes)
      this.#onChange()
    })
  }

  /** Calls `listener` when files in use have changed and come to rest. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /**
   * Gives the files of everything that is on. Only files that are new here or that changed are read. A file that has become invalid
   * is given as it was, if every switch that names it can still use that.
   * @param pinned files as they were in force with this very configuration: they are given as they are, and no file is read
   */
  async read(config: Config, pinned?: ReadFiles): Promise<ReadFiles> {
    if (pinned !== undefined) return pinned
    const inUse = new Map<string, FileInUse>()
    const problems: PlacedProblem[] = []
    const byPath = Map.groupBy(filesNamedBy(config), ({ file }) => file)
    for (const [file, named] of byPath) {
      const current = this.#inUse.get(file)
      const asOf = this.#changes
      const isUnchanged =
        current !== undefined && (this.#changedAt.get(join(this.#folder, file)) ?? 0) <= current.asOf
      const kept = current !== undefined && check(named, current.bytes).length === 0 ? current : undefined
      if (isUnchanged && kept !== undefined) {
        inUse.set(file, kept)
        continue
      }
      const read = await this.#readAndCheck(file, named)
      if ('bytes' in read) inUse.set(file, { ...read, problems: [], asOf })
      else if (kept !== undefined) inUse.set(file, { ...kept, problems: read.problems.map(toProblem), asOf })
      else problems.push(...read.problems)
    }
    return { inUse, problems }
  }

  /** From now on these are in force, and they are watched. */
  use({ inUse }: ReadFiles): void {
    this.#inUse = inUse
    const paths = new Set([...inUse.keys()].map((file) => join(this.#folder, file)))
    this.#changedAt = new Map([...this.#changedAt].filter(([path]) => paths.has(path)))
    this.#watched.watch(paths)
  }

  /** By the paths of the document. */
  status(): Readonly<Record<string, FileStatus>> {
    return Object.fromEntries([...this.#inUse].map(([file, { problems }]) => [file, { problems }]))
  }

  close(): void {
    this.#watched.close()
  }

  async #readAndCheck(
    file: string,
    named: readonly NamedFile[],
  ): Promise<{ readonly bytes: Uint8Array } | { readonly problems: readonly PlacedProblem[] }> {
    const maxBytes = Math.min(...named.map((one) => one.maxBytes))
    const found = await this.#readFile(file, maxBytes)
    if ('problem' in found) {
      const message = `${file} ${found.problem}`
      return { problems: named.map(({ from, steps }) => ({ steps: [...from, ...steps], message })) }
    }
    const problems = check(named, found.bytes)
    return problems.length > 0 ? { problems } : found
  }
}

function check(named: readonly NamedFile[], bytes: Uint8Array): readonly PlacedProblem[] {
  return named.flatMap(({ from, check: ofSwitch }) =>
    (ofSwitch?.(bytes) ?? []).map(({ steps, message }) => ({ steps: [...from, ...steps], message })),
  )
}

/** In the order of the document. */
export function filesNamedBy(config: Config): readonly NamedFile[] {
  return filesUsedBy(switchesOf(config))
}

export function contentsOf({ inUse }: Pick<ReadFiles, 'inUse'>): FileContents {
  return new Map([...inUse].map(([file, { bytes }]) => [file, bytes]))
}
