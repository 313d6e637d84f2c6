// Counts the calls of a load that goes on, for whoever waits until so many more have ended.

export class CallCount {
  readonly #waiting = new Set<{ readonly at: number; readonly resolve: () => void }>()
  #ended = 0

  get ended(): number {
    return this.#ended
  }

  /** One more call has ended. */
  tell(): void {
    this.#ended += 1
    for (const waiter of this.#waiting) {
      if (this.#ended < waiter.at) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }

  /** Resolves once so many further calls have ended. */
  further(calls: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.add({ at: this.#ended + calls, resolve }))
  }
}
