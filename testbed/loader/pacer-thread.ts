// The thread of a pacer: it sleeps until the next moment of its schedule, and then wakes the other thread.

import { type MessagePort, parentPort } from 'node:worker_threads'
import { monotonicMs, type PacerSchedule } from './pacer.ts'

/** Never returns: the pacer terminates the thread. */
function pace({ beginMs, intervalMs, pending }: PacerSchedule, other: MessagePort): never {
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  for (let earliest = 0; ; ) {
    const now = monotonicMs()
    const next = Math.max(earliest, Math.ceil((now - beginMs) / intervalMs))
    const waitMs = beginMs + next * intervalMs - now
    if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs)
    earliest = next + 1
    if (Atomics.exchange(pending, 0, 1) === 0) other.postMessage('due')
  }
}

parentPort?.once('message', (schedule: PacerSchedule) => pace(schedule, parentPort as MessagePort))
parentPort?.postMessage('ready')
