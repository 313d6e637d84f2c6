// How often a node may report: twice an interval on average, with a burst when it reconnects or its interval changes.

import { TokenBucket } from '../../core/token-bucket.ts'

/** Reports that may come at once. */
const BURST = 10
const PER_INTERVAL = 2

export class ReportRate {
  readonly #bucket: TokenBucket
  #shortestMs = Number.POSITIVE_INFINITY

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: number) {
    this.#bucket = new TokenBucket(BURST, now)
  }

  /** The node has been sent an interval. A client may keep to any that it was sent: gRPC Go reads only the first. */
  sent(intervalMs: number): void {
    this.#shortestMs = Math.min(this.#shortestMs, intervalMs)
  }

  /** Counts a report. False: there have been too many. */
  allows(now: number): boolean {
    this.#bucket.earn(now, PER_INTERVAL / this.#shortestMs)
    this.#bucket.spend(1)
    return this.#bucket.left >= 0
  }
}
