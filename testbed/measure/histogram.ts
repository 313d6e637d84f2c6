// Histograms of latencies in microseconds: recorded, encoded, decoded and added up. Three significant digits, up to an hour.
// http://hdrhistogram.org

import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  JsHistogram,
} from 'hdr-histogram-js'

export type { Histogram } from 'hdr-histogram-js'

const MICROSECONDS_PER_MS = 1_000
const HIGHEST = 3_600 * 1_000 * MICROSECONDS_PER_MS

export function newHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  })
}

/** @param milliseconds are rounded to microseconds; what exceeds an hour counts as an hour */
export function record(histogram: Histogram, milliseconds: number): void {
  const microseconds = Math.round(milliseconds * MICROSECONDS_PER_MS)
  histogram.recordValue(Math.min(Math.max(microseconds, 0), HIGHEST))
}

/** Latencies in whole microseconds, such as those of an example gRPC client (`raw`), as one histogram in base64. */
export function encodeLatencies(microseconds: readonly number[]): string {
  const histogram = newHistogram()
  for (const value of microseconds) record(histogram, value / MICROSECONDS_PER_MS)
  return encodeHistogram(histogram)
}

/** @returns base64 of the compressed form V2, as every implementation reads it */
export function encodeHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram)
}

/** @throws Error if the text is no histogram */
export function decodeHistogram(text: string): Histogram {
  return decodeFromCompressedBase64(text)
}

/** All of them as one: percentiles of it are those of all values, which an average of percentiles is not. */
export function mergeHistograms(texts: readonly string[]): Histogram {
  return addUp(texts.map(decodeHistogram))
}

/** The same of histograms that are decoded already. */
export function addUp(histograms: readonly Histogram[]): Histogram {
  const sum = newHistogram()
  for (const one of histograms) sum.add(one)
  return sum
}

/**
 * How many values are at most as large as each bound, exact to the three digits that a histogram keeps.
 * @param bounds in microseconds, ascending
 */
export function countsAtMost(histogram: Histogram, bounds: readonly number[]): readonly number[] {
  if (!(histogram instanceof JsHistogram)) throw new TypeError('the histogram is not of this implementation')
  const values = histogram.recordedValuesIterator
  values.resetIterator(histogram)
  values.reset()
  let counted = 0
  let next = values.hasNext() ? values.next() : undefined
  return bounds.map((bound) => {
    while (next !== undefined && next.valueIteratedTo <= bound) {
      counted = next.totalCountToThisValue
      next = values.hasNext() ? values.next() : undefined
    }
    return counted
  })
}

/** The value below or at which the share of the values lies, in milliseconds; NaN without values. */
export function quantileMs(histogram: Histogram, share: number): number {
  if (histogram.totalCount === 0) return Number.NaN
  return histogram.getValueAtPercentile(share * 100) / MICROSECONDS_PER_MS
}

const BISECTIONS = 30

/** The share of the values above a limit, from 0 to 1, exact to a value; NaN without values. */
export function shareAbove(histogram: Histogram, limitMs: number): number {
  if (histogram.totalCount === 0) return Number.NaN
  if (quantileMs(histogram, 1) <= limitMs) return 0
  // Quantiles never fall, so that the share below the limit lies where they pass it.
  let [low, high] = [0, 1]
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2
    if (quantileMs(histogram, middle) <= limitMs) low = middle
    else high = middle
  }
  return 1 - Math.round(low * histogram.totalCount) / histogram.totalCount
}
