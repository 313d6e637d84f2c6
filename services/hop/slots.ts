// A number of places to work, and a queue for the others: first come, first served.

export class Slots {
  readonly #count: number
  readonly #waiting: (() => void)[] = []
  #used = 0

  constructor(count: number) {
    this.#count = count
  }

  /** Waits for a place. @returns false if the signal aborts first */
  async take(signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return false
    if (this.#used < this.#count) {
      this.#used += 1
      return true
    }
    const turn = Promise.withResolvers<boolean>()
    const mine = () => turn.resolve(true)
    const leave = () => {
      const index = this.#waiting.indexOf(mine)
      if (index !== -1) this.#waiting.splice(index, 1)
      turn.resolve(false)
    }
    this.#waiting.push(mine)
    signal?.addEventListener('abort', leave)
    const isMine = await turn.promise
    signal?.removeEventListener('abort', leave)
    return isMine
  }

  /** Gives the place to the first who waits. */
  release(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#used -= 1
  }
}
