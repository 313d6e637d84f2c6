// The drain times of replaced listeners. The stream machine has no clock, so the stream starts a timer for each of its drains.

import { Timer } from '../../core/timer.ts'
import type { StreamState } from '../streams/stream.ts'

export class DrainTimers {
  readonly #drainTimeMs: number
  readonly #onDrained: (nonce: string) => void
  readonly #timers = new Map<string, Timer>()

  constructor(drainTimeMs: number, onDrained: (nonce: string) => void) {
    this.#drainTimeMs = drainTimeMs
    this.#onDrained = onDrained
  }

  /** Starts the timers of drains that are new. */
  update({ drains }: StreamState): void {
    for (const { nonce } of drains) {
      if (this.#timers.has(nonce)) continue
      const timer = new Timer(this.#drainTimeMs, () => {
        this.#timers.delete(nonce)
        this.#onDrained(nonce)
      })
      this.#timers.set(nonce, timer)
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.stop()
  }
}
