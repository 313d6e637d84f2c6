// Counts in memory: they end with the process, and no other limiter sees them.

import { type CountStore, type Hits, windowStart } from './count-store.ts'
import { TIME_UNITS, type TimeUnit } from './time-unit.ts'

/** Counts of the windows of one unit. */
interface Window {
  start: number
  readonly counts: Map<string, number>
}

/** Callers can make up values, and each has a count: at some 200 bytes each, this is about 200 MB. */
const MOST_COUNTS = 1_000_000

export class MemoryStore implements CountStore {
  readonly #windows: Readonly<Record<TimeUnit, Window>>
  readonly #most: number
  /** How many counts were given up before their window ended, because there were too many. */
  forgotten = 0

  /** @param most counts that a unit may have at a time; the oldest is given up for the next */
  constructor(most = MOST_COUNTS) {
    this.#most = most
    const entries = TIME_UNITS.map((unit) => [unit, { start: 0, counts: new Map() }] as const)
    this.#windows = Object.fromEntries(entries) as unknown as Record<TimeUnit, Window>
  }

  async add(hits: readonly Hits[], now: number): Promise<readonly number[]> {
    return hits.map((one) => this.#addOne(one, now))
  }

  async close(): Promise<void> {}

  #addOne({ countKey, unit, amount }: Hits, now: number): number {
    const window = this.#windows[unit]
    const start = windowStart(unit, now)
    // A clock that was set back stays in the newest window.
    if (start > window.start) {
      window.start = start
      window.counts.clear()
    }
    const { counts } = window
    const count = (counts.get(countKey) ?? 0) + amount
    if (!counts.has(countKey) && counts.size >= this.#most) {
      const [oldest = ''] = counts.keys()
      counts.delete(oldest)
      this.forgotten++
    }
    counts.set(countKey, count)
    return count
  }
}
