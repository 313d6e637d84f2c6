// A line that updates in place on a terminal. Elsewhere only its final text is printed.

const CLEAR = '\r\x1b[2K'
const BETWEEN_MS = 60

export class LiveLine {
  readonly #stream: NodeJS.WriteStream
  #shownAt = Number.NEGATIVE_INFINITY

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream
  }

  /** Shows the rendered text, unless the line changed less than 60 ms ago. */
  update(render: () => string): void {
    const now = performance.now()
    if (!this.#stream.isTTY || now - this.#shownAt < BETWEEN_MS) return
    this.#shownAt = now
    this.#stream.write(CLEAR + render())
  }

  /** Removes the line from a terminal. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR)
  }

  /** Shows the final text. */
  finish(text: string): void {
    this.#stream.write(`${this.#stream.isTTY ? CLEAR : ''}${text}\n`)
  }
}
