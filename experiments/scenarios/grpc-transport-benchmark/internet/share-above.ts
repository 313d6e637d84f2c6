// The share of values of a histogram above a limit.

import type { Histogram } from '../../../../testbed/measure/histogram.ts'
import { quantileMs } from '../../../../testbed/measure/histogram.ts'

const STEPS = 30

/** From 0 to 1, exact to a value; NaN without values. */
export function shareAbove(histogram: Histogram, limitMs: number): number {
  if (histogram.totalCount === 0) return Number.NaN
  if (quantileMs(histogram, 1) <= limitMs) return 0
  // Quantiles never fall, so that the share below the limit lies where they pass it.
  let [low, high] = [0, 1]
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2
    if (quantileMs(histogram, middle) <= limitMs) low = middle
    else high = middle
  }
  return 1 - Math.round(low * histogram.totalCount) / histogram.totalCount
}
