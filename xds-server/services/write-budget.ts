// Limits the unsent bytes of all streams of a server: if a thousand clients connect at once, some wait for their turn.

/** Bytes that were written and that the transport has not sent yet. Beyond this limit, further streams wait. */
const BUDGET_BYTES = 64 * 1024 * 1024

/** Milliseconds after which bytes no longer count, so that a client that stops reading does not block the others. */
const LEASE_MS = 1_000

export class WriteBudget {
  readonly #limit: number
  readonly #waiting = new Set<() => void>()
  #used = 0

  constructor(limit = BUDGET_BYTES) {
    this.#limit = limit
  }

  get isExhausted(): boolean {
    return this.#used >= this.#limit
  }

  /** Counts bytes as unsent until the returned function is called. */
  take(bytes: number): () => void {
    this.#used += bytes
    let isHeld = true
    const release = () => {
      if (!isHeld) return
      isHeld = false
      clearTimeout(lease)
      this.#used -= bytes
      this.#admit()
    }
    const lease = setTimeout(release, LEASE_MS).unref()
    return release
  }

  /** Calls back, in the order of the calls, once the budget has room. The returned function leaves the queue. */
  whenAvailable(callback: () => void): () => void {
    this.#waiting.add(callback)
    return () => this.#waiting.delete(callback)
  }

  #admit(): void {
    for (const callback of this.#waiting) {
      if (this.isExhausted) return
      this.#waiting.delete(callback)
      callback()
    }
  }
}
