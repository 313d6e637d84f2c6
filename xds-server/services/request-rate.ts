// How often a client may send requests beside its answers: a response earns one, so that an ACK costs nothing.

import { TokenBucket } from '../../core/token-bucket.ts'

/** How many seconds' worth may come at once: a client that starts asks for much. */
const BURST_SECONDS = 10

export class RequestRate {
  readonly #bucket: TokenBucket
  readonly #perMs: number

  /** @param now milliseconds of a clock that never goes back */
  constructor(perSecond: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#bucket = new TokenBucket(perSecond * BURST_SECONDS, now)
  }

  /** A response was sent: the client may answer it. */
  responded(): void {
    this.#bucket.spend(-1)
  }

  /** Counts a request. False: there have been too many. */
  allows(now: number): boolean {
    this.#bucket.earn(now, this.#perMs)
    this.#bucket.spend(1)
    return this.#bucket.left >= 0
  }
}
