// The time as code that waits sees it, so that a test can be the time.
import { setTimeout } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since some moment; it never goes back. */
  now(): number
  /** Rejects when the signal aborts first. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
}
