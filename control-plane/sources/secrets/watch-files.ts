// Watches files by their paths: what a path leads to is looked up each time, so that a file that is renamed over and a symlink that is swapped are seen alike.

import { statSync } from 'node:fs'

export class WatchedFiles {
  readonly #intervalMs: number
  readonly #onChange: () => void
  #known: ReadonlyMap<string, string> = new Map()
  #isRestless = false
  #timer: NodeJS.Timeout | undefined

  /**
   * @param intervalMs between two looks, which is also how long files must stay as they are before `onChange` is called: the
   * files of one certificate are written one after the other
   */
  constructor(intervalMs: number, onChange: () => void) {
    this.#intervalMs = intervalMs
    this.#onChange = onChange
  }

  /**
   * These from now on, and no others; one that is not there yet is seen when it comes. Where some are new, `onChange` is called
   * once whatever happens: they may have changed since they were read.
   */
  watch(paths: ReadonlySet<string>): void {
    this.#isRestless ||= [...paths].some((path) => !this.#known.has(path))
    this.#known = new Map([...paths].map((path) => [path, this.#known.get(path) ?? lookAt(path)]))
    clearInterval(this.#timer)
    if (paths.size > 0) this.#timer = setInterval(() => this.#look(), this.#intervalMs).unref()
  }

  close(): void {
    this.watch(new Set())
  }

  #look(): void {
    const seen = new Map([...this.#known.keys()].map((path) => [path, lookAt(path)]))
    const isChanged = [...seen].some(([path, state]) => this.#known.get(path) !== state)
    this.#known = seen
    const hasSettled = this.#isRestless && !isChanged
    this.#isRestless = isChanged
    if (hasSettled) this.#onChange()
  }
}

/** Changes whenever what the path leads to does. */
function lookAt(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join()
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  }
}
