// The entries behind the key-value service: versions, pages in key order, and feeds of changes.
import { EventEmitter, once } from 'node:events'
import { status } from '@grpc/grpc-js'
import { RpcStatusError } from './rpc/index.ts'
import { MemoryValues, type Values } from './stored-values.ts'

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

/** Keys in memory, and their values where `values` has them. Each change of any key gets the next version; the first is 1. */
export class KeyValueStore {
  readonly #values: Values
  /** The version of each key. */
  readonly #versions = new Map<string, bigint>()
  readonly #sealed = new Set<string>()
  readonly #changes = new EventEmitter<{ change: [EntryChange] }>().setMaxListeners(0)
  #version = 0n

  constructor(values: Values = new MemoryValues()) {
    this.#values = values
  }

  /** @throws RpcStatusError DATA_LOSS if the stored value is not what was put */
  get(key: string): StoredEntry | undefined {
    const version = this.#versions.get(key)
    return version === undefined ? undefined : { key, value: this.#values.get(version), version }
  }

  /** 0 for a key that does not exist. */
  versionOf(key: string): bigint {
    return this.#versions.get(key) ?? 0n
  }

  /** Stores a copy of `value`, because it may be a view of a much larger network buffer. */
  put(key: string, value: Uint8Array): StoredEntry {
    const entry = { key, value: new Uint8Array(value), version: this.#nextVersion() }
    this.#forget(key)
    this.#values.put(entry.version, entry.value)
    this.#versions.set(key, entry.version)
    this.#changes.emit('change', { kind: 'put', entry })
    return entry
  }

  /** From now on, `sealOf` names the prefix for every key under it. @returns the number of keys that it has */
  seal(prefix: string): number {
    this.#sealed.add(prefix)
    return this.#keysUnder(prefix).length
  }

  /** The sealed prefix that the key has; undefined if it may change. */
  sealOf(key: string): string | undefined {
    return [...this.#sealed].find((prefix) => key.startsWith(prefix))
  }

  /** @returns whether the key existed */
  delete(key: string): boolean {
    if (!this.#forget(key)) return false
    const entry = { key, value: NO_BYTES, version: this.#nextVersion() }
    this.#changes.emit('change', { kind: 'delete', entry })
    return true
  }

  /**
   * Entries whose key starts with `prefix` and sorts after `after`, in JavaScript's string order.
   * @throws RpcStatusError DATA_LOSS as `get`
   */
  list(prefix: string, after = ''): readonly StoredEntry[] {
    return this.#keysUnder(prefix)
      .filter((key) => key > after)
      .sort()
      .flatMap((key) => this.get(key) ?? [])
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

  #keysUnder(prefix: string): string[] {
    return [...this.#versions.keys()].filter((key) => key.startsWith(prefix))
  }

  #forget(key: string): boolean {
    const version = this.#versions.get(key)
    if (version === undefined) return false
    this.#values.delete(version)
    return this.#versions.delete(key)
  }

  #nextVersion(): bigint {
    this.#version += 1n
    return this.#version
  }
}
