// Percentiles of latency from buckets.

/** Envoy measures in whole milliseconds and cuts off the rest, so a call took half of one longer than it says, on average. */
const CUT_OFF_MS = 0.5

/**
 * The latency that a share of the calls did not exceed, in milliseconds, with linear interpolation inside a bucket. Null without
 * calls.
 * @param latency calls by upper bound of their bucket
 * @param share from 0 to 1
 */
export function percentileMs(latency: ReadonlyMap<number, number>, share: number): number | null {
  const buckets = [...latency].sort(([a], [b]) => a - b)
  const total = buckets.reduce((sum, [, calls]) => sum + calls, 0)
  if (total === 0) return null
  const wanted = share * total
  let below = 0
  let lower = 0
  for (const [bound, calls] of buckets) {
    const upper = bound + CUT_OFF_MS
    if (below + calls >= wanted) return lower + ((upper - lower) * (wanted - below)) / calls
    below += calls
    lower = upper
  }
  return lower
}
