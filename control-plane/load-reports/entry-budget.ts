// How many localities, endpoints and reports may be kept. Nodes choose their names, so they must not fill the memory.

export class EntryBudget {
  #left: number

  constructor(entries: number) {
    this.#left = entries
  }

  /** False, and nothing taken, if there are not that many left. */
  take(entries = 1): boolean {
    if (this.#left < entries) return false
    this.#left -= entries
    return true
  }

  giveBack(entries: number): void {
    this.#left += entries
  }
}
