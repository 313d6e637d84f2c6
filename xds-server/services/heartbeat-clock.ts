// When the heartbeats of a stream are due. The stream machine has no clock, so the stream has one for each TTL of each type.

import { Timer } from '../../core/timer.ts'
import type { Expiry } from '../streams/stream.ts'

export interface HeartbeatClockOptions {
  /** Heartbeats in one TTL; more than 1. */
  readonly perTtl: number
  /**
   * Sends a heartbeat. `isLate`: the time since the one before was so long that the client may have dropped the resources.
   * @returns false if nothing can be sent now
   */
  readonly onDue: (expiry: Expiry, isLate: boolean) => boolean
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number
}

interface Beat {
  readonly expiry: Expiry
  /** When the resources were last known to be alive at the client. */
  sentAt: number
  readonly timer: Timer
}

export class HeartbeatClock {
  readonly #options: HeartbeatClockOptions
  readonly #now: () => number
  readonly #beats = new Map<string, Beat>()

  constructor(options: HeartbeatClockOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** Begins the heartbeats that are new here, and ends those that are gone. */
  update(expiries: readonly Expiry[]): void {
    if (expiries.length === 0 && this.#beats.size === 0) return
    const keys = new Set(expiries.map(keyOf))
    for (const [key, { timer }] of this.#beats) {
      if (keys.has(key)) continue
      timer.stop()
      this.#beats.delete(key)
    }
    for (const expiry of expiries) {
      const key = keyOf(expiry)
      if (this.#beats.has(key)) continue
      const timer = new Timer(this.#intervalOf(expiry), () => this.#beat(key, beat))
      const beat: Beat = { expiry, sentAt: this.#now(), timer }
      this.#beats.set(key, beat)
    }
  }

  stop(): void {
    for (const { timer } of this.#beats.values()) timer.stop()
    this.#beats.clear()
  }

  #beat(key: string, beat: Beat): void {
    const now = this.#now()
    const { ttlMs } = beat.expiry
    // Half of the time from the heartbeat that was due to the end of the TTL: the rest is for the way to the client.
    const isLate = now - beat.sentAt > (this.#intervalOf(beat.expiry) + ttlMs) / 2
    if (this.#options.onDue(beat.expiry, isLate)) beat.sentAt = now
    if (this.#beats.get(key) === beat) beat.timer.restart()
  }

  #intervalOf({ ttlMs }: Expiry): number {
    return ttlMs / this.#options.perTtl
  }
}

function keyOf({ typeUrl, ttlMs }: Expiry): string {
  return `${ttlMs} ${typeUrl}`
}
