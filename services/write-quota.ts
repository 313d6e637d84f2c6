// A quota of writes: a number in each window of time.

export interface WriteQuotaOptions {
  /** How many writes a window has. */
  readonly writes: number
  readonly windowMs: number
}

export class WriteQuota {
  readonly options: WriteQuotaOptions
  readonly #now: () => number
  #begun = Number.NEGATIVE_INFINITY
  #used = 0

  /** @param now in milliseconds */
  constructor(options: WriteQuotaOptions, now: () => number = () => performance.now()) {
    this.options = options
    this.#now = now
  }

  /**
   * Takes a write from the quota. The first write begins a window.
   * @returns 0 if there was one left; else after how many milliseconds the next window may begin
   */
  take(): number {
    const { writes, windowMs } = this.options
    const now = this.#now()
    if (now - this.#begun >= windowMs) {
      this.#begun = now
      this.#used = 0
    }
    if (this.#used >= writes) return Math.ceil(this.#begun + windowMs - now)
    this.#used += 1
    return 0
  }
}
