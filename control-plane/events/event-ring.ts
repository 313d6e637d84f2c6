// The newest events, for readers that come back.

export interface RingEntry {
  readonly number: number
  /** As it is written to readers. */
  readonly frame: Buffer
}

interface KeptEntry extends RingEntry {
  readonly replaces: string | undefined
}

export interface RingLimits {
  readonly events: number
  readonly bytes: number
}

/** A reader that was away for longer reads everything again. */
const LIMITS: RingLimits = { events: 2_000, bytes: 16 * 1024 * 1024 }

export class EventRing {
  readonly #limits: RingLimits
  /** In the order of their numbers. */
  readonly #entries = new Map<number, KeptEntry>()
  /** The number of the newest event of each key. */
  readonly #newest = new Map<string, number>()
  #bytes = 0
  /** Events up to this number may be lost. */
  #lostUpTo = 0

  constructor(limits: RingLimits = LIMITS) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  /** @param replaces a key: the event before it with the same key says nothing that this one does not say */
  add(entry: RingEntry, replaces?: string): void {
    const before = replaces === undefined ? undefined : this.#newest.get(replaces)
    if (before !== undefined) this.#remove(before)
    this.#entries.set(entry.number, { ...entry, replaces })
    this.#bytes += entry.frame.length
    if (replaces !== undefined) this.#newest.set(replaces, entry.number)
    while (this.#entries.size > this.#limits.events || this.#bytes > this.#limits.bytes) {
      const [oldest = 0] = this.#entries.keys()
      this.#remove(oldest)
      this.#lostUpTo = oldest
    }
  }

  /** The events after a number, oldest first; undefined if some of them are lost. */
  since(number: number): readonly RingEntry[] | undefined {
    if (number < this.#lostUpTo) return undefined
    return [...this.#entries.values()].filter((entry) => entry.number > number)
  }

  /** Forgets all events. @param newest the number of the newest event: what comes after it may be lost */
  clear(newest: number): void {
    this.#entries.clear()
    this.#newest.clear()
    this.#bytes = 0
    // Also who has read the newest event misses what happens from now on.
    this.#lostUpTo = newest + 1
  }

  #remove(number: number): void {
    const entry = this.#entries.get(number)
    if (entry === undefined) return
    this.#entries.delete(number)
    this.#bytes -= entry.frame.length
    if (entry.replaces !== undefined && this.#newest.get(entry.replaces) === number)
      this.#newest.delete(entry.replaces)
  }
}
