// Which reads the audit log has already: a page that asks every few seconds would otherwise fill the disk.

/** The same read counts as new after an hour. */
const REPEATS_AFTER_MS = 3_600_000
/** Of all callers; the oldest makes room. */
const MOST_READS = 10_000

export class SeenReads {
  readonly #now: () => number
  /** When each was seen first, oldest first. */
  readonly #since = new Map<string, number>()

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Whether the same caller has not read the same within an hour. Then it has now. */
  isNew(...read: readonly unknown[]): boolean {
    const key = JSON.stringify(read)
    const now = this.#now()
    const since = this.#since.get(key)
    if (since !== undefined && now - since < REPEATS_AFTER_MS) return false
    this.#since.delete(key)
    this.#since.set(key, now)
    const [oldest] = this.#since.keys()
    if (this.#since.size > MOST_READS && oldest !== undefined) this.#since.delete(oldest)
    return true
  }
}
