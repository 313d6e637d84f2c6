// A timer of any length. Those of Node are limited: a longer one fires at once, and warns.

/** Node makes 1 ms of a longer timer: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Calls a function once, after a time that may be Infinity. It does not keep the process alive, unless it says so. */
export class Timer {
  readonly #ms: number
  readonly #onEnd: () => void
  readonly #keepsAlive: boolean
  #timeout: NodeJS.Timeout | undefined

  /** @param options.keepsAlive whether the process goes on while the timer runs. Default: false */
  constructor(ms: number, onEnd: () => void, options?: { readonly keepsAlive: boolean }) {
    this.#ms = ms
    this.#onEnd = onEnd
    this.#keepsAlive = options?.keepsAlive ?? false
    this.#wait(ms)
  }

  /** Begins the time anew, also if it was over. */
  restart(): void {
    this.stop()
    this.#wait(this.#ms)
  }

  stop(): void {
    clearTimeout(this.#timeout)
  }

  #wait(ms: number): void {
    this.#timeout =
      ms <= LONGEST_TIMER_MS
        ? setTimeout(this.#onEnd, ms)
        : setTimeout(() => this.#wait(ms - LONGEST_TIMER_MS), LONGEST_TIMER_MS)
    if (!this.#keepsAlive) this.#timeout.unref()
  }
}
