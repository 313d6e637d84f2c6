// How often a stream may push. Each push costs a walk over all of its stats.

/** Twice as often as the shortest interval of a bootstrap of ours. */
const PER_SECOND = 20
/** What may come at once: the pushes of a minute in which this process did not read, at one a second. */
const AT_ONCE = 60

export class PushRate {
  #left = AT_ONCE
  #at: number

  /** @param now milliseconds of any clock, which may be set back */
  constructor(now: number) {
    this.#at = now
  }

  /** Counts a push. @returns false if there were too many */
  allows(now: number): boolean {
    this.#left = Math.min(AT_ONCE, this.#left + (Math.max(0, now - this.#at) * PER_SECOND) / 1000)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
