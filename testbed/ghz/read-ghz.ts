// Reads what ghz wrote about every single call, because its own summary has no p99.9 and counts the warm-up.

import { encodeHistogram, newHistogram, record } from '../measure/histogram.ts'

/** A part of ghz's JSON. https://ghz.sh/docs/output */
export interface GhzOutput {
  readonly details: readonly GhzDetail[] | null
}

interface GhzDetail {
  /** When the call ended: RFC 3339, in nanoseconds. */
  readonly timestamp: string
  /** Nanoseconds. */
  readonly latency: number
  /** Such as OK or DeadlineExceeded, as Go writes them. */
  readonly status: string
}

export interface GhzResult {
  readonly seconds: number
  readonly calls: number
  readonly codes: Readonly<Record<string, number>>
  /** By the same rules as a `LoadResult`. ghz does not know when a call was due. */
  readonly histograms: { readonly service: string; readonly failed?: string }
}

/** Windows and rules are those of our own loader: the first call begins the warm-up. */
export function readGhz(
  { details }: GhzOutput,
  { warmUpSeconds, seconds }: { readonly warmUpSeconds: number; readonly seconds: number },
): GhzResult {
  const calls = (details ?? []).map(({ timestamp, latency, status }) => {
    const endedMs = millisecondsOf(timestamp)
    const tookMs = latency / 1e6
    return { endedMs, sentMs: endedMs - tookMs, tookMs, code: codeOf(status) }
  })
  const fromMs =
    calls.reduce((first, { sentMs }) => Math.min(first, sentMs), Number.POSITIVE_INFINITY) +
    warmUpSeconds * 1_000
  const isWithin = (atMs: number) => atMs >= fromMs && atMs < fromMs + seconds * 1_000
  const [service, failed] = [newHistogram(), newHistogram()]
  const codes: Record<string, number> = {}
  let ended = 0
  for (const { endedMs, sentMs, tookMs, code } of calls) {
    if (isWithin(endedMs)) {
      ended += 1
      codes[code] = (codes[code] ?? 0) + 1
    }
    if (!isWithin(sentMs)) continue
    if (code === 'OK' || code === 'DEADLINE_EXCEEDED') record(service, tookMs)
    if (code !== 'OK') record(failed, tookMs)
  }
  return {
    seconds,
    calls: ended,
    codes,
    histograms: {
      service: encodeHistogram(service),
      ...(failed.totalCount > 0 && { failed: encodeHistogram(failed) }),
    },
  }
}

/** `Date.parse` knows milliseconds only. */
function millisecondsOf(timestamp: string): number {
  const [, fraction = '0'] = /\.(\d+)/.exec(timestamp) ?? []
  return Date.parse(timestamp.replace(/\.\d+/, '')) + Number(`0.${fraction}`) * 1_000
}

/** `DeadlineExceeded` as `DEADLINE_EXCEEDED`. */
function codeOf(status: string): string {
  return status.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}
