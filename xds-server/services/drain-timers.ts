// The drain times of replaced listeners. The stream machine has no clock, so the stream starts a timer for each of its drains.

import { LONGEST_TIMER_MS } from '../../core/longest-timer.ts'
import type { StreamState } from '../streams/stream.ts'

export class DrainTimers {
  readonly #drainTimeMs: number
  readonly #onDrained: (nonce: string) => void
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor(drainTimeMs: number, onDrained: (nonce: string) => void) {
    this.#drainTimeMs = drainTimeMs
    this.#onDrained = onDrained
  }

  /** Starts the timers of drains that are new. */
  update({ drains }: StreamState): void {
    for (const { nonce } of drains) {
      if (this.#timers.has(nonce)) continue
      const timer = setTimeout(
        () => {
          this.#timers.delete(nonce)
          this.#onDrained(nonce)
        },
        Math.min(this.#drainTimeMs, LONGEST_TIMER_MS),
      ).unref()
      this.#timers.set(nonce, timer)
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }
}
