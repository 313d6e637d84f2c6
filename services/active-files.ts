// What is in force of watched files. It is read at startup and replaced when they change, unless the new content is invalid.

import { type FSWatcher, watch } from 'node:fs'
import { SwitchyardError } from '../core/errors.ts'
import { digestOfAll } from './authorizer/bundle/digest.ts'

/** The result of a change. `inForce` is the revision that decides from now on. */
export type FilesEvent =
  | { readonly kind: 'activated'; readonly inForce: string }
  | { readonly kind: 'rejected'; readonly inForce: string; readonly reason: string }

export interface WatchedFiles<T> {
  /** The folders to watch. */
  readonly watched: readonly string[]
  /** The files as they are now. @throws SwitchyardError `not-found` */
  read(): Promise<readonly Buffer[]>
  /** @throws SwitchyardError that says what is wrong with them */
  parse(files: readonly Buffer[]): Promise<T>
}

export class ActiveFiles<T extends { readonly revision: string }> {
  readonly #source: WatchedFiles<T>
  readonly #watchers: readonly FSWatcher[]
  readonly #onEvent: (event: FilesEvent) => void
  #current: T
  #reading: Promise<void> | undefined
  #isStale = false
  /** The digest of the last reading, valid or not: one change of a file often causes two events. */
  #lastRead: string

  private constructor(
    source: WatchedFiles<T>,
    current: T,
    lastRead: string,
    onEvent: (event: FilesEvent) => void,
  ) {
    this.#source = source
    this.#lastRead = lastRead
    this.#current = current
    this.#onEvent = onEvent
    this.#watchers = source.watched.map((folder) =>
      watch(folder, () => void this.reload()).on('error', ({ message }) =>
        this.#reject(`cannot watch ${folder} any longer: ${message}`),
      ),
    )
  }

  /** @throws SwitchyardError if the files are invalid at startup */
  static async open<T extends { readonly revision: string }>(
    source: WatchedFiles<T>,
    onEvent: (event: FilesEvent) => void,
  ): Promise<ActiveFiles<T>> {
    const files = await source.read()
    const current = await source.parse(files)
    const active = new ActiveFiles(source, current, digestOfAll(files), onEvent)
    onEvent({ kind: 'activated', inForce: current.revision })
    // The files may have changed between the first reading and the watch.
    await active.reload()
    return active
  }

  get current(): T {
    return this.#current
  }

  /** Reads the files again, and once more if they change meanwhile. Resolves when the newest are activated or rejected. */
  reload(): Promise<void> {
    this.#isStale = true
    this.#reading ??= this.#readWhileStale().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close()
  }

  async #readWhileStale(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      await this.#read()
    }
  }

  async #read(): Promise<void> {
    let digest = ''
    try {
      const files = await this.#source.read()
      digest = digestOfAll(files)
      if (digest === this.#lastRead) return
      // The old content decides until the new one is parsed.
      this.#current = await this.#source.parse(files)
      this.#onEvent({ kind: 'activated', inForce: this.#current.revision })
    } catch (thrown) {
      this.#reject(SwitchyardError.from(thrown).message)
    } finally {
      this.#lastRead = digest
    }
  }

  #reject(reason: string): void {
    this.#onEvent({ kind: 'rejected', inForce: this.#current.revision, reason })
  }
}
