// Bounds how much may come: so much at once, and so much more with time.

export class TokenBucket {
  readonly #most: number
  #left: number
  #countedAt: number

  /**
   * @param most what may come at once; it is full at first
   * @param now milliseconds of any clock
   */
  constructor(most: number, now: number) {
    this.#most = most
    this.#left = most
    this.#countedAt = now
  }

  /** What may still come. Below 0, more has come than may: it is paid off by time. */
  get left(): number {
    return this.#left
  }

  /** Adds what was earned since the last time. A clock that was set back earns nothing. */
  earn(now: number, perMs: number): void {
    this.#left = Math.min(this.#most, this.#left + Math.max(0, now - this.#countedAt) * perMs)
    this.#countedAt = now
  }

  spend(amount: number): void {
    this.#left -= amount
  }
}
