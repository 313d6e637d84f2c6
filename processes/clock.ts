// A clock for code that waits, so that a test can control time.
import { setTimeout } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since an arbitrary start; monotonic. */
  now(): number
  /** Rejects when the signal aborts first. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
}
