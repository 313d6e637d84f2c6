// The time that a client with content of an earlier stream has to ask for all its types. The stream machine has no clock.

import { Timer } from '../../core/timer.ts'
import type { StreamState } from '../streams/stream.ts'

export class ResumeClock {
  readonly #timeMs: number
  readonly #onOver: () => void
  #timer: Timer | undefined

  constructor(timeMs: number, onOver: () => void) {
    this.#timeMs = timeMs
    this.#onOver = onOver
  }

  /** Starts the time when the client has reported something. */
  update(state: StreamState): void {
    if (state.resumption === 'begun') this.#timer ??= new Timer(this.#timeMs, this.#onOver)
  }

  stop(): void {
    this.#timer?.stop()
  }
}
