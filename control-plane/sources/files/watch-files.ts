// Watches files by their paths. A path is resolved at each look, so a file that is renamed over and a symlink that is swapped are seen alike.

import { statSync } from 'node:fs'

export class WatchedFiles {
  readonly #intervalMs: number
  readonly #onChange: (paths: ReadonlySet<string>) => void
  #known: ReadonlyMap<string, string> = new Map()
  /** Paths that changed, until all files come to rest. */
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  /**
   * @param intervalMs between two looks, which is also how long files must stay as they are before `onChange` is called: the
   * files of one certificate are written one after the other
   * @param onChange is given the paths that changed since its last call
   */
  constructor(intervalMs: number, onChange: (paths: ReadonlySet<string>) => void) {
    this.#intervalMs = intervalMs
    this.#onChange = onChange
  }

  /**
   * Watches these paths from now on, and no others. A file may appear later. New paths are reported once even if their files
   * stay as they are, because they may have changed since they were read.
   */
  watch(paths: ReadonlySet<string>): void {
    this.#changed = new Set([...paths].filter((path) => this.#changed.has(path) || !this.#known.has(path)))
    this.#known = new Map([...paths].map((path) => [path, this.#known.get(path) ?? lookAt(path)]))
    clearInterval(this.#timer)
    if (paths.size > 0) this.#timer = setInterval(() => this.#look(), this.#intervalMs).unref()
  }

  close(): void {
    this.watch(new Set())
  }

  #look(): void {
    const seen = new Map([...this.#known.keys()].map((path) => [path, lookAt(path)]))
    const changed = [...seen].flatMap(([path, state]) => (this.#known.get(path) === state ? [] : [path]))
    this.#known = seen
    for (const path of changed) this.#changed.add(path)
    if (changed.length > 0 || this.#changed.size === 0) return
    const settled = this.#changed
    this.#changed = new Set()
    this.#onChange(settled)
  }
}

/** Changes whenever the file behind the path changes. */
export function lookAt(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join()
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  }
}
