// The entries behind the key-value service: versions, pages in key order, and feeds of changes.
import { EventEmitter, once } from 'node:events'
import { status } from '@grpc/grpc-js'
import { RpcStatusError } from './rpc/index.ts'

/** A key, its value and the version of its last change. */
export interface StoredEntry {
  readonly key: string
  readonly value: Uint8Array
  readonly version: bigint
}

/** A put, or a delete (with an empty value). */
export interface EntryChange {
  readonly kind: 'put' | 'delete'
  readonly entry: StoredEntry
}

/** One step of a watch. `caught-up` comes once, after all existing entries. */
export type WatchStep = EntryChange | { readonly kind: 'caught-up' }

/** How many changes a slow watcher may be behind before its watch ends. With values of 1 MiB that is 1 GiB. */
const MAX_PENDING_CHANGES = 1024

const NO_BYTES = new Uint8Array(0)

/** Entries in memory. Each change of any key gets the next version; the first is 1. */
export class KeyValueStore {
  readonly #entries = new Map<string, StoredEntry>()
  readonly #changes = new EventEmitter<{ change: [EntryChange] }>().setMaxListeners(0)
  #version = 0n

  get(key: string): StoredEntry | undefined {
    return this.#entries.get(key)
  }

  /** Stores a copy of `value`, because it may be a view of a much larger network buffer. */
  put(key: string, value: Uint8Array): StoredEntry {
    const entry = { key, value: new Uint8Array(value), version: this.#nextVersion() }
    this.#entries.set(key, entry)
    this.#changes.emit('change', { kind: 'put', entry })
    return entry
  }

  /** @returns whether the key existed */
  delete(key: string): boolean {
    if (!this.#entries.delete(key)) return false
    const entry = { key, value: NO_BYTES, version: this.#nextVersion() }
    this.#changes.emit('change', { kind: 'delete', entry })
    return true
  }

  /** Entries whose key starts with `prefix` and sorts after `after`, in JavaScript's string order. */
  list(prefix: string, after = ''): readonly StoredEntry[] {
    return [...this.#entries.values()]
      .filter(({ key }) => key.startsWith(prefix) && key > after)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  /**
   * Yields the entries under `prefix`, then `caught-up`, then each change to them until the signal aborts (AbortError).
   * @throws RpcStatusError RESOURCE_EXHAUSTED if the reader is too slow
   */
  async *watch(prefix: string, signal: AbortSignal): AsyncGenerator<WatchStep, never> {
    const present = this.list(prefix)
    const pending: EntryChange[] = []
    const keep = (change: EntryChange) => {
      if (change.entry.key.startsWith(prefix) && pending.length <= MAX_PENDING_CHANGES) pending.push(change)
    }
    this.#changes.on('change', keep)
    try {
      for (const entry of present) yield { kind: 'put', entry }
      yield { kind: 'caught-up' }
      for (;;) {
        if (pending.length > MAX_PENDING_CHANGES) {
          throw new RpcStatusError(
            status.RESOURCE_EXHAUSTED,
            `the watcher is more than ${MAX_PENDING_CHANGES} changes behind; read faster, or watch a narrower prefix`,
          )
        }
        const next = pending.shift()
        if (next) yield next
        else await once(this.#changes, 'change', { signal })
      }
    } finally {
      this.#changes.off('change', keep)
    }
  }

  #nextVersion(): bigint {
    this.#version += 1n
    return this.#version
  }
}
