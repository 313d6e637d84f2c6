// A closed loop: each worker calls again when its last call has ended.

import { encodeHistogram, newHistogram, record } from '../../../../../testbed/measure/histogram.ts'
import { type CallerOptions, openCaller } from '../open-caller.ts'

export interface LoadOptions {
  readonly caller: CallerOptions
  readonly concurrency: number
  readonly requestBytes: number
  readonly responseBytes: number
  readonly warmUpSeconds: number
  /** Of the window at least; it ends with a call, and not before each caller could have made one. */
  readonly seconds: number
}

export interface Loaded {
  readonly seconds: number
  /** That ended within the window. */
  readonly calls: number
  readonly failed: number
  /** With those before the window. */
  readonly made: number
  /** The longest of them. */
  readonly longestMs: number
  /** The sum of their latencies, for the mean. */
  readonly sumMs: number
  /** In base64. */
  readonly latency: string
}

export async function load(options: LoadOptions): Promise<Loaded> {
  const { concurrency, requestBytes, responseBytes, warmUpSeconds, seconds } = options
  const caller = openCaller(options.caller)
  const histogram = newHistogram()
  const from = performance.now() + warmUpSeconds * 1_000
  let closed: number | undefined
  let [calls, failed, made, sumMs, longestMs] = [0, 0, 0, 0, 0]
  const work = async () => {
    for (let begun = performance.now(); closed === undefined; ) {
      const isOk = await caller.call({ path: `/bytes/${responseBytes}`, bodyBytes: requestBytes }).then(
        (bytes) => bytes === responseBytes,
        () => false,
      )
      const ended = performance.now()
      made += 1
      longestMs = Math.max(longestMs, ended - begun)
      if (ended >= from && closed === undefined) {
        calls += 1
        if (!isOk) failed += 1
        sumMs += ended - begun
        record(histogram, ended - begun)
        // A machine that is too busy for a call of each caller takes longer.
        if (ended >= from + seconds * 1_000 && calls >= concurrency) closed = ended
      }
      begun = ended
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  caller.close()
  return {
    seconds: ((closed ?? from) - from) / 1_000,
    calls,
    failed,
    made,
    longestMs,
    sumMs,
    latency: encodeHistogram(histogram),
  }
}
