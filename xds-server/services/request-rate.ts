// How often a client may send requests beside its answers: a response earns one, so that an ACK costs nothing.

import { TokenBucket } from '../../core/token-bucket.ts'

/** How many seconds' worth may come at once: a client that starts asks for much. */
const BURST_SECONDS = 10

/** Answers that may come at once. A stream has fewer pending responses. */
const MAX_EXPECTED = 10_000

export class RequestRate {
  readonly #bucket: TokenBucket
  readonly #perMs: number
  /** Responses since, whose answers have not come. */
  #expected = 0

  /** @param now milliseconds of a clock that never goes back */
  constructor(perSecond: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#bucket = new TokenBucket(perSecond * BURST_SECONDS, now)
  }

  /** A response was sent: the client may answer it. */
  responded(): void {
    this.#expected = Math.min(this.#expected + 1, MAX_EXPECTED)
  }

  /** Counts a request. False: there have been too many. */
  allows(now: number): boolean {
    if (this.#expected > 0) {
      this.#expected -= 1
      return true
    }
    this.#bucket.earn(now, this.#perMs)
    this.#bucket.spend(1)
    return this.#bucket.left >= 0
  }
}
