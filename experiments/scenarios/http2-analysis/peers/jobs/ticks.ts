// Reads ticks on several streams at once, and notes when each arrives.

import { type CallerOptions, openCaller } from '../open-caller.ts'
import { now, TickReader } from '../ticker.ts'

export interface TicksOptions {
  readonly caller: CallerOptions
  readonly streams: number
  readonly count: number
  readonly recordBytes: number
}

export interface Arrival {
  /** From 0. */
  readonly stream: number
  readonly tick: number
  /** Both in milliseconds since 1970. */
  readonly sentMs: number
  readonly arrivedMs: number
}

/** @returns in the order of their arrival */
export async function ticks({
  caller: options,
  streams,
  count,
  recordBytes,
}: TicksOptions): Promise<readonly Arrival[]> {
  const caller = openCaller(options)
  const arrivals: Arrival[] = []
  const read = async (stream: number) => {
    const reader = new TickReader()
    await caller.call({
      path: `/ticks/${count}/${recordBytes}`,
      onData(chunk) {
        const arrivedMs = now()
        for (const tick of reader.push(chunk)) arrivals.push({ stream, ...tick, arrivedMs })
      },
    })
  }
  await Promise.all(Array.from({ length: streams }, (_, stream) => read(stream)))
  caller.close()
  return arrivals
}
