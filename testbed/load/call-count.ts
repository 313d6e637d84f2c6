// Counts the calls of a load, and resolves waits for further calls.

export class CallCount {
  readonly #waiting = new Set<{ readonly at: number; readonly resolve: () => void }>()
  #ended = 0

  /** How many calls have ended. */
  get ended(): number {
    return this.#ended
  }

  /** Adds one ended call. */
  add(): void {
    this.#ended += 1
    for (const waiter of this.#waiting) {
      if (this.#ended < waiter.at) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }

  /** Resolves after this number of further calls has ended. */
  further(calls: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.add({ at: this.#ended + calls, resolve }))
  }
}
