// How many bytes all streams of a server may have under way: with a thousand first answers at once, some wait their turn.

/** Bytes handed to the transport and not yet taken by it, beyond which further streams wait. */
const BUDGET_BYTES = 64 * 1024 * 1024

/** A reader that has stopped must not keep the others waiting: after this its bytes no longer count. */
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

  /** Takes bytes; the returned function gives them back, once. */
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

  /** Calls back in turn once there is room; the returned function gives the place in the queue up. */
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
