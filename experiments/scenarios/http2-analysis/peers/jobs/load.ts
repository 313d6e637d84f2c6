// A closed loop: each worker calls again when its last call has ended.

import { encodeHistogram, newHistogram, record } from '../../../../../testbed/measure/histogram.ts'
import { type CallerOptions, openCaller } from '../open-caller.ts'

export interface LoadOptions {
  readonly caller: CallerOptions
  readonly concurrency: number
  readonly requestBytes: number
  readonly responseBytes: number
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface Loaded {
  readonly seconds: number
  /** That ended within the window. */
  readonly calls: number
  readonly failed: number
  /** The sum of their latencies, for the mean. */
  readonly sumMs: number
  /** In base64. */
  readonly latency: string
}

export async function load(options: LoadOptions): Promise<Loaded> {
  const { concurrency, requestBytes, responseBytes, warmUpSeconds, seconds } = options
  const caller = openCaller(options.caller)
  const histogram = newHistogram()
  const [from, to] = [warmUpSeconds, warmUpSeconds + seconds].map((s) => performance.now() + s * 1_000) as [
    number,
    number,
  ]
  let [calls, failed, sumMs] = [0, 0, 0]
  const work = async () => {
    for (let begun = performance.now(); begun < to; ) {
      const isOk = await caller.call({ path: `/bytes/${responseBytes}`, bodyBytes: requestBytes }).then(
        (bytes) => bytes === responseBytes,
        () => false,
      )
      const ended = performance.now()
      if (ended >= from && ended < to) {
        calls += 1
        if (!isOk) failed += 1
        sumMs += ended - begun
        record(histogram, ended - begun)
      }
      begun = ended
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  caller.close()
  return { seconds, calls, failed, sumMs, latency: encodeHistogram(histogram) }
}
