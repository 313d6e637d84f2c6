// A line that changes while one watches, on a terminal; elsewhere only its last state is printed.

const CLEAR = '\r\x1b[2K'
const BETWEEN_MS = 60

export class LiveLine {
  readonly #stream: NodeJS.WriteStream
  #shownAt = Number.NEGATIVE_INFINITY

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream
  }

  /** Shows what `render` makes, unless the line was changed a moment ago. */
  update(render: () => string): void {
    const now = performance.now()
    if (!this.#stream.isTTY || now - this.#shownAt < BETWEEN_MS) return
    this.#shownAt = now
    this.#stream.write(CLEAR + render())
  }

  /** Shows the line for good. */
  finish(text: string): void {
    this.#stream.write(`${this.#stream.isTTY ? CLEAR : ''}${text}\n`)
  }
}
