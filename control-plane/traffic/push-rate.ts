// How often a stream may push. Each push costs a walk over all of its stats.

import { TokenBucket } from '../../core/token-bucket.ts'

/** Twice as often as the shortest interval of a bootstrap of ours. */
const PER_SECOND = 20
/** What may come at once: the pushes of a minute in which this process did not read, at one a second. */
const AT_ONCE = 60

export class PushRate {
  readonly #bucket: TokenBucket

  /** @param now milliseconds of any clock, which may be set back */
  constructor(now: number) {
    this.#bucket = new TokenBucket(AT_ONCE, now)
  }

  /** Counts a push. @returns false if there were too many */
  allows(now: number): boolean {
    this.#bucket.earn(now, PER_SECOND / 1_000)
    if (this.#bucket.left < 1) return false
    this.#bucket.spend(1)
    return true
  }
}
