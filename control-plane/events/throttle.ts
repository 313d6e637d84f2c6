// Runs a task at most once in an interval, however often it is asked for.

export class Throttle {
  readonly #intervalMs: () => number
  readonly #run: () => void
  #timer: NodeJS.Timeout | undefined
  #ranAt = Number.NEGATIVE_INFINITY
  #isStopped = false

  /** @param intervalMs the least time between the starts of two runs, in milliseconds */
  constructor(intervalMs: () => number, run: () => void) {
    this.#intervalMs = intervalMs
    this.#run = run
  }

  /** Runs the task soon: once for all requests until then. */
  request(): void {
    if (this.#timer !== undefined || this.#isStopped) return
    this.#wait(this.#ranAt + this.#intervalMs())
  }

  /** Timers may fire early, by as much as the turn of the event loop that set them had lasted. */
  #wait(dueAt: number): void {
    const waitMs = Math.max(0, dueAt - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (performance.now() < dueAt) return this.#wait(dueAt)
      this.#ranAt = performance.now()
      this.#run()
    }, waitMs).unref()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }
}
