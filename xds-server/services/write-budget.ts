// Limits the unsent bytes of all streams of a server: if a thousand clients connect at once, some wait for their turn.

/** Bytes that were written and that the transport has not sent yet. Beyond this limit, further streams wait. */
const BUDGET_BYTES = 64 * 1024 * 1024

/**
 * Milliseconds after which bytes no longer count, so that a client that stops reading does not block the others. The bytes of half
 * this time share a timer, because a timer for each write would cost more than the write: bytes count for half the time at least.
 */
const LEASE_MS = 1_000

/** Bytes that were written at about the same time. */
interface Lease {
  /** Those that are not sent yet. */
  bytes: number
  isOver: boolean
}

export class WriteBudget {
  readonly #limit: number
  readonly #waiting = new Set<() => void>()
  #used = 0
  #lease: Lease | undefined

  constructor(limit = BUDGET_BYTES) {
    this.#limit = limit
  }

  get isExhausted(): boolean {
    return this.#used >= this.#limit
  }

  /** Counts bytes as unsent until the returned function is called. */
  take(bytes: number): () => void {
    this.#used += bytes
    const lease = this.#currentLease()
    lease.bytes += bytes
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      if (lease.isOver) return
      lease.bytes -= bytes
      this.#used -= bytes
      this.#admit()
    }
  }

  /** Calls back, in the order of the calls, once the budget has room. The returned function leaves the queue. */
  whenAvailable(callback: () => void): () => void {
    this.#waiting.add(callback)
    return () => this.#waiting.delete(callback)
  }

  #currentLease(): Lease {
    if (this.#lease !== undefined) return this.#lease
    const lease: Lease = { bytes: 0, isOver: false }
    this.#lease = lease
    setTimeout(() => {
      this.#lease = undefined
    }, LEASE_MS / 2).unref()
    setTimeout(() => {
      lease.isOver = true
      this.#used -= lease.bytes
      this.#admit()
    }, LEASE_MS).unref()
    return lease
  }

  #admit(): void {
    for (const callback of this.#waiting) {
      if (this.isExhausted) return
      this.#waiting.delete(callback)
      callback()
    }
  }
}
