// Small records at a fixed rhythm, on all streams at once: what is late or overtaken shows where a network holds them up.

import type { Writable } from 'node:stream'

export const TICK_MS = 10

/** A record: number of the tick and when it was sent, in milliseconds since 1970, then blanks and a line break. */
export interface Tick {
  readonly tick: number
  readonly sentMs: number
}

export class Ticker {
  readonly #streams = new Map<Writable, { left: number; readonly bytes: number }>()
  #timer: NodeJS.Timeout | undefined
  #tick = 0

  /** Writes the next `count` ticks to it, and ends it. */
  send(stream: Writable, count: number, bytes: number): void {
    this.#streams.set(stream, { left: count, bytes })
    stream.once('close', () => this.#remove(stream))
    this.#timer ??= setInterval(() => this.#beat(), TICK_MS)
  }

  #beat(): void {
    this.#tick += 1
    const text = `${this.#tick} ${now().toFixed(3)}`
    for (const [stream, state] of this.#streams) {
      stream.write(`${text.padEnd(state.bytes - 1)}\n`)
      state.left -= 1
      if (state.left > 0) continue
      this.#remove(stream)
      stream.end()
    }
  }

  #remove(stream: Writable): void {
    this.#streams.delete(stream)
    if (this.#streams.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** Of all processes of this machine alike, with fractions. */
export const now = () => performance.timeOrigin + performance.now()

/** Takes records from the chunks of one stream. */
export class TickReader {
  #rest = ''

  push(chunk: Buffer): readonly Tick[] {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.map((line) => {
      const [tick, sentMs] = line.trim().split(' ').map(Number)
      return { tick: tick ?? Number.NaN, sentMs: sentMs ?? Number.NaN }
    })
  }
}
