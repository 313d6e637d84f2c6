// Time that only goes forward: a clock that somebody sets right must not end a lease.

import { Timer } from '../../../core/timer.ts'

export interface Clock {
  /** Milliseconds since some moment. */
  now(): number
  /** Calls `act` after some milliseconds, unless the returned function is called before. */
  after(milliseconds: number, act: () => void): () => void
}

export const MONOTONIC: Clock = {
  now: () => performance.now(),
  after(milliseconds, act) {
    const timer = new Timer(milliseconds, act)
    return () => timer.stop()
  },
}
