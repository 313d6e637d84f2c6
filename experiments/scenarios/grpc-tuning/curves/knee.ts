// Where a curve of latency over throughput bends: the last rate that a service takes without making its callers wait.

/** What was measured at one rate. Times are milliseconds. */
export interface RatePoint {
  /** Calls a second that were due. */
  readonly offered: number
  /** Calls a second that ended. */
  readonly achieved: number
  /** From the moment calls were due. */
  readonly p99: number
}

export type Knee<P extends RatePoint = RatePoint> =
  | {
      readonly kind: 'found'
      /** The last rate that holds. */
      readonly at: P
      /** The first that does not: the knee is between both. */
      readonly broken: P
      readonly by: Breach
    }
  /** All rates hold: the knee is above them. */
  | { readonly kind: 'above'; readonly at: P }
  /** Not even the lowest rate holds, or nothing was measured. */
  | { readonly kind: 'below' }

/** `latency`: the p99 is above the multiple. `queue`: fewer calls end than are due. */
export type Breach = 'latency' | 'queue'

/**
 * How many times as high as at the lowest rate the p99 may be. In the simplest queue (M/M/1) times grow by 1 / (1 - utilization):
 * from a quarter of the capacity, three times as long is reached at three quarters of it.
 */
export const MULTIPLE = 3

/** The share of calls due that have to end within the window. The rest is for those under way at its edges. */
export const KEPT = 0.97

/**
 * The last rate, from the lowest upwards, at which the p99 is at most `MULTIPLE` times that of the lowest rate, and at which
 * as many calls end as are due. Rates above the first one that breaks this do not count, however they look.
 */
export function kneeOf<P extends RatePoint>(
  points: readonly P[],
  { multiple = MULTIPLE, kept = KEPT }: { readonly multiple?: number; readonly kept?: number } = {},
): Knee<P> {
  const sorted = points.toSorted((a, b) => a.offered - b.offered)
  const idle = sorted[0]?.p99 ?? Number.NaN
  const breachOf = ({ offered, achieved, p99 }: P): Breach | undefined => {
    if (!(achieved >= kept * offered)) return 'queue'
    return p99 <= multiple * idle ? undefined : 'latency'
  }
  let at: P | undefined
  for (const point of sorted) {
    const by = breachOf(point)
    if (by !== undefined)
      return at === undefined ? { kind: 'below' } : { kind: 'found', at, broken: point, by }
    at = point
  }
  return at === undefined ? { kind: 'below' } : { kind: 'above', at }
}

/**
 * The point with the most throughput for its latency: throughput divided by p99, the "power" of queueing theory. It needs no multiple, and
 * is the better guide where latency grows slowly. Undefined without points.
 */
export function mostPower<P extends RatePoint>(points: readonly P[]): P | undefined {
  const powerOf = ({ achieved, p99 }: P) => achieved / p99
  return points.reduce<P | undefined>(
    (best, point) => (best === undefined || powerOf(point) > powerOf(best) ? point : best),
    undefined,
  )
}
