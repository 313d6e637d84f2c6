// One after the other: writes and verdicts change the same state, and each of them waits for the disk.

export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the task once all that came before have ended, well or not. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task)
    this.#last = turn.catch(() => {})
    return turn
  }
}
