// Runs asynchronous tasks one at a time.

export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the task after all earlier tasks have ended, whether they succeeded or failed. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task)
    this.#last = turn.catch(() => {})
    return turn
  }
}
