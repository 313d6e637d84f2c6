// Wakes this thread at a fixed rate, exact to about a tenth of a millisecond. Timers of Node are exact to a millisecond, which is
// longer than a call on loopback takes, and to poll instead would use up a core.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Monotonic in milliseconds, and the same in all threads, where each thread's `performance.now()` has a beginning of its own. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Its other end is in `pacer-thread.ts`. */
export interface PacerSchedule {
  /** Of `monotonicMs`. */
  readonly beginMs: number
  readonly intervalMs: number
  /** Not 0 while this thread has not yet looked at the last wake-up. */
  readonly pending: Int32Array
}

/** Wake-ups that are closer become one: each costs some microseconds in two threads. */
const SHORTEST_MS = 0.2

export interface Pacer {
  /** @param beginMs of `performance.now()` */
  start(beginMs: number, intervalMs: number, onDue: () => void): void
  /** Resolves when its thread has ended. */
  stop(): Promise<void>
}

/** Resolves when its thread runs. */
export async function openPacer(): Promise<Pacer> {
  const worker = new Worker(new URL('pacer-thread.ts', import.meta.url))
  await once(worker, 'message')
  const pending = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  return {
    start(beginMs, intervalMs, onDue) {
      worker.on('message', () => {
        Atomics.store(pending, 0, 0)
        onDue()
      })
      const schedule: PacerSchedule = {
        beginMs: monotonicMs() - performance.now() + beginMs,
        intervalMs: Math.max(intervalMs, SHORTEST_MS),
        pending,
      }
      worker.postMessage(schedule)
    },
    stop: async () => void (await worker.terminate()),
  }
}
