// A line that updates in place on a terminal. Elsewhere only its final text is printed.

import { stripVTControlCharacters } from 'node:util'
import { CLEAR_LINE } from './print.ts'

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
    this.#stream.write(CLEAR_LINE + fitting(render(), this.#stream.columns))
  }

  /** Removes the line from a terminal. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE)
    this.#shownAt = Number.NEGATIVE_INFINITY
  }

  /** Shows the final text. */
  finish(text: string): void {
    this.#stream.write(`${this.#stream.isTTY ? CLEAR_LINE : ''}${text}\n`)
  }
}

/** A line that wraps could not be removed: a longer line is cut, and loses its colors. A terminal may not know its width: 0. */
function fitting(text: string, columns = 0): string {
  const plain = stripVTControlCharacters(text)
  return columns === 0 || plain.length < columns ? text : `${plain.slice(0, columns - 2)}…`
}
