// HDR histograms of latencies: read, added up, and as the points of curves.

import { addUp, decodeHistogram, type Histogram } from '../../../testbed/measure/histogram.ts'

/** Latencies in microseconds. */
export interface Latencies {
  readonly calls: number
  readonly min: number
  readonly max: number
  /** @param percentile 0 to 100 */
  at(percentile: number): number
}

/**
 * Several rounds are added up, because percentiles cannot be averaged.
 * @throws {Error} if one is no HDR histogram; the message starts with `where`
 */
export function readLatencies(histograms: readonly string[], where: string): Latencies | undefined {
  const sum = addUp(histograms.map((text, index) => decode(text, `${where}, histogram ${index + 1}`)))
  if (sum.totalCount === 0) return undefined
  return {
    calls: sum.totalCount,
    min: sum.getValueAtPercentile(0),
    max: sum.maxValue,
    at: (percentile) => sum.getValueAtPercentile(percentile),
  }
}

function decode(text: string, where: string): Histogram {
  try {
    return decodeHistogram(text)
  } catch (cause) {
    throw new Error(`${where}: not an HDR histogram (V2, compressed, in base64)`, { cause })
  }
}

/** How far into the tail a percentile lies: 0 for p0, 1 for p90, 2 for p99, 4 for p99.99. */
export const tailOf = (percentile: number): number => 2 - Math.log10(100 - percentile)

/** The last place of the axis of percentiles, p99.99. */
export const LAST_TAIL = 4
const STEPS_BY_TEN = 24

/** Tail and microseconds. It ends where fewer calls than one are left, because there is no percentile beyond. */
export function percentileCurve(latencies: Latencies): [tail: number, micros: number][] {
  const last = Math.min(LAST_TAIL, Math.log10(Math.max(latencies.calls, 1)))
  const steps = Math.max(1, Math.ceil(last * STEPS_BY_TEN))
  return Array.from({ length: steps + 1 }, (_, step) => {
    const tail = (last * step) / steps
    return [tail, latencies.at(100 - 10 ** (2 - tail))]
  })
}

/** Microseconds and the percent of calls that took at most as long. */
export function distributionCurve(latencies: Latencies): [micros: number, percent: number][] {
  const percents = [...Array.from({ length: 100 }, (_, percent) => percent), 99.5, 99.9]
  const points = percents.map((percent): [number, number] => [latencies.at(percent), percent])
  return [...points, [latencies.max, 100]]
}
