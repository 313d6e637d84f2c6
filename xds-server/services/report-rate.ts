// How often a node may report: twice an interval on average, with a burst when it reconnects or its interval changes.

/** Reports that may come at once. */
const BURST = 10
const PER_INTERVAL = 2

export class ReportRate {
  #allowance = BURST
  #shortestMs = Number.POSITIVE_INFINITY
  #countedAt: number

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: number) {
    this.#countedAt = now
  }

  /** The node has been sent an interval. A client may keep to any that it was sent: gRPC Go reads only the first. */
  sent(intervalMs: number): void {
    this.#shortestMs = Math.min(this.#shortestMs, intervalMs)
  }

  /** Counts a report. False: there have been too many. */
  allows(now: number): boolean {
    const earned = ((now - this.#countedAt) / this.#shortestMs) * PER_INTERVAL
    this.#countedAt = now
    this.#allowance = Math.min(BURST, this.#allowance + earned) - 1
    return this.#allowance >= 0
  }
}
