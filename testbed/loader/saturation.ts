// Says when a load generator measured itself rather than its target.

import { decodeHistogram, quantileMs } from '../measure/histogram.ts'
import type { LoadHistograms } from './load-result.ts'

/** Share of the time, in percent. Above it, answers wait for the loader so often that latency and throughput are its own. */
const BUSY = 90

/** Share of the p99 of the calls from which on the lateness of the loader is a matter, and from how many milliseconds on. */
const LATE_SHARE = 0.25
const LATE_MS = 1

export interface LoaderFigures {
  readonly busyPercent: number
  /** Undefined for a closed loop. */
  readonly lateP99Ms: number | undefined
  readonly unsent: number
}

/** Texts for the reader of the result; none if the loader was fast enough. */
export function noteSaturation(
  { busyPercent, lateP99Ms, unsent }: LoaderFigures,
  { call }: Pick<LoadHistograms, 'call'>,
): readonly string[] {
  const callP99 = quantileMs(decodeHistogram(call), 0.99)
  const notes: string[] = []
  if (busyPercent > BUSY) {
    notes.push(
      `the loader was saturated: its event loop was busy for ${busyPercent.toFixed(0)} % of the window, so throughput and latency are partly its own. Lower the rate or the concurrency`,
    )
  }
  if (lateP99Ms !== undefined && lateP99Ms > LATE_MS && lateP99Ms > LATE_SHARE * callP99) {
    notes.push(
      `the loader was late: 1 % of the calls were sent ${lateP99Ms.toFixed(1)} ms or more after they were due, though nothing was before them, and the p99 of the calls is ${callP99.toFixed(1)} ms. "service" does not contain it`,
    )
  }
  if (unsent > 0) {
    notes.push(
      `${unsent} calls were due and never sent, because too many others were open: "call" has them with the time that they had waited by the end of the window`,
    )
  }
  return notes
}
