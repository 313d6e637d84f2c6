// Counts the calls of a server as they run, and holds them until enough of them run at once.

/** Calls since the gauge was reset. */
export interface CallCounts {
  /** That the server has begun. */
  readonly begun: number
  readonly now: number
  /** Most at a time. */
  readonly most: number
}

export class Gauge {
  #begun = 0
  #now = 0
  #most = 0
  #latch = 0
  #open = Promise.withResolvers<void>()

  /** Counts from 0. @param latch calls wait until this many run at once; 0 holds none */
  reset(latch: number): void {
    this.#open.resolve()
    this.#begun = this.#now = this.#most = 0
    this.#latch = latch
    this.#open = Promise.withResolvers()
    this.#openIfReached()
  }

  /** Counts a call. @returns what it calls when it ends; `opened` resolves when enough run at once */
  enter(): { readonly opened: Promise<void>; readonly leave: () => void } {
    const open = this.#open
    this.#begun += 1
    this.#now += 1
    this.#most = Math.max(this.#most, this.#now)
    this.#openIfReached()
    // A call that began before the last reset is not counted after it.
    const leave = () => {
      if (this.#open === open) this.#now -= 1
    }
    return { opened: open.promise, leave }
  }

  counts(): CallCounts {
    return { begun: this.#begun, now: this.#now, most: this.#most }
  }

  #openIfReached(): void {
    if (this.#now >= this.#latch) this.#open.resolve()
  }
}
