// Names that a group was served and no longer is. A client may still have them; names that it made up are not among them.

import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { diffTypes } from '../snapshot/type-snapshot.ts'

/** Of one group. The names that were retired first are forgotten first. */
const MAX_NAMES = 10_000

export class RetiredNames {
  readonly #names = new Set<string>()
  #served: Snapshot | undefined

  /** The group is served another snapshot now. */
  serve(snapshot: Snapshot): void {
    const before = this.#served
    this.#served = snapshot
    if (before === undefined) return
    for (const [typeUrl, type] of before.types) {
      const after = typeIn(snapshot, typeUrl)
      if (after === type) continue
      for (const name of diffTypes(type, after).removed) this.#retire(keyOf(typeUrl, name))
    }
  }

  /** Whether the group is or was served a resource of this name. */
  wasServed(typeUrl: string, name: string): boolean {
    if (this.#served !== undefined && typeIn(this.#served, typeUrl).resources.has(name)) return true
    return this.#names.has(keyOf(typeUrl, name))
  }

  #retire(key: string): void {
    this.#names.delete(key)
    this.#names.add(key)
    const [oldest] = this.#names
    if (this.#names.size > MAX_NAMES && oldest !== undefined) this.#names.delete(oldest)
  }
}

function keyOf(typeUrl: string, name: string): string {
  return `${typeUrl} ${name}`
}
