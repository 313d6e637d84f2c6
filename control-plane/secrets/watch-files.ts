// Watches files by their paths: what a path leads to is looked up each time, so that a file that is renamed over and a symlink that is swapped are seen alike.

import { type StatsListener, unwatchFile, watchFile } from 'node:fs'

export class WatchedFiles {
  readonly #intervalMs: number
  readonly #onChange: () => void
  readonly #watched = new Map<string, StatsListener>()
  #settling: NodeJS.Timeout | undefined

  /**
   * @param intervalMs between two looks, which is also how long files must stay as they are before `onChange` is called: the
   * files of one certificate are written one after the other
   */
  constructor(intervalMs: number, onChange: () => void) {
    this.#intervalMs = intervalMs
    this.#onChange = onChange
  }

  /** These from now on, and no others; a file that is not there yet is seen when it comes. */
  watch(paths: ReadonlySet<string>): void {
    for (const [path, listener] of this.#watched) {
      if (paths.has(path)) continue
      unwatchFile(path, listener)
      this.#watched.delete(path)
    }
    for (const path of paths) {
      if (this.#watched.has(path)) continue
      const listener = () => this.#settle()
      watchFile(path, { interval: this.#intervalMs, persistent: false }, listener)
      this.#watched.set(path, listener)
    }
  }

  close(): void {
    this.watch(new Set())
    clearTimeout(this.#settling)
  }

  #settle(): void {
    clearTimeout(this.#settling)
    this.#settling = setTimeout(this.#onChange, this.#intervalMs).unref()
  }
}
