// Recommendations about sidecars, each with its condition and its figures from the results.

import type { Results } from '../../../../harness/results.ts'
import type { PairedDifference } from '../../../../harness/statistics/paired-difference.ts'
import { signed } from '../turns/turn-results.ts'
import { added, type MeasuredSidecars, measuredSidecars, typical } from './measured-sidecars.ts'

/** Added latency is worth thinking about from this share of a call on: below it, the network decides what a call takes. */
const NOTABLE_SHARE = 0.1

export function findingsOf(results: Results): readonly string[] {
  const measured = measuredSidecars(results)
  return [...bySidecars(measured), ...byMutualTls(measured), ...byUnixSocket(measured)]
}

interface Cost {
  readonly one: MeasuredSidecars
  readonly difference: PairedDifference
  /** Of a call without Envoys. */
  readonly share: number
  /** Of the Envoys, in microseconds a call. */
  readonly cpu: number
}

/** Transports that came out alike are one recommendation. */
function bySidecars(measured: readonly MeasuredSidecars[]): readonly string[] {
  const costs = measured.flatMap((one): readonly Cost[] => {
    const way = one.ways.includes('both') ? 'both' : 'client'
    const difference = added(one, way, 'p50')
    if (difference === undefined) return []
    const share = difference.median / typical(one, 'none', 'p50')
    return [{ one, difference, share, cpu: typical(one, way, 'proxy') }]
  })
  const dear = costs.filter(
    ({ difference, share }) => difference.outcome === 'more' && share >= NOTABLE_SHARE,
  )
  const cheap = costs.filter(
    ({ difference, share }) => difference.outcome !== 'too few pairs' && share < NOTABLE_SHARE,
  )
  const open = costs.filter((one) => !dear.includes(one) && !cheap.includes(one))
  const least = `${100 * NOTABLE_SHARE} %`
  return [
    ...sentence(
      dear,
      `**Where the network is near, give sidecars to services that need their policies, and leave chains of many small calls without.** They add more than ${least} to the median call`,
    ),
    ...sentence(
      cheap,
      `**Where the network takes most of a call, take the sidecars.** They add less than ${least} to the median call`,
    ),
    ...sentence(
      open,
      'These turns cannot tell what sidecars add (the standard profile on an idle machine can)',
    ),
  ]
}

function sentence(costs: readonly Cost[], says: string): readonly string[] {
  if (costs.length === 0) return []
  const each = costs.map(({ one, difference: { median }, share }) => {
    const name = one.ways.includes('both') ? one.transport.title : `${one.transport.title}, one Envoy`
    return `${name} ${signed(median, 2)} ms (${(100 * share).toFixed(0)} %)`
  })
  return [
    `${says}: ${each.join('; ')}. CPU of the Envoys: ${rangeOf(costs.map(({ cpu }) => cpu))} µs a call.`,
  ]
}

function rangeOf(values: readonly number[], decimals = 0): string {
  const [low, high] = [Math.min(...values).toFixed(decimals), Math.max(...values).toFixed(decimals)]
  return low === high ? low : `${low} to ${high}`
}

function byMutualTls(measured: readonly MeasuredSidecars[]): readonly string[] {
  const found = measured.flatMap((one) => {
    const [latency, cpu] = [added(one, 'mtls', 'p50', 'both'), added(one, 'mtls', 'proxy', 'both')]
    return latency === undefined || cpu === undefined ? [] : [{ one, latency, cpu }]
  })
  if (found.every(({ latency }) => latency.outcome === 'too few pairs')) return []
  const slower = found.filter(({ latency }) => latency.outcome === 'more')
  const each = slower.map(({ one, latency }) => `${one.transport.title} ${signed(latency.median, 3)} ms`)
  const seen = slower.length === 0 ? 'no transport' : `${slower.length} of ${found.length} transports`
  return [
    `**If both sidecars are there anyway, encrypt between them.** On connections that are open, ${seen} took longer by mutual TLS than in plaintext, beyond what chance gives${each.length > 0 ? ` (${each.join('; ')})` : ''}. The median CPU time of the Envoys rose by ${rangeOf(found.map(({ cpu }) => cpu.median))} µs a call.`,
  ]
}

function byUnixSocket(measured: readonly MeasuredSidecars[]): readonly string[] {
  return measured.flatMap((one) => {
    if (!one.ways.includes('server-unix')) return []
    const [latency, cpu] = [
      added(one, 'server-unix', 'p50', 'server'),
      added(one, 'server-unix', 'proxy', 'server'),
    ]
    if (latency === undefined || cpu === undefined) return []
    const range = `${(1_000 * latency.low).toFixed(0)} to ${(1_000 * latency.high).toFixed(0)} µs`
    const figures = `median difference ${(1_000 * latency.median).toFixed(0)} µs (${range}), CPU of the Envoy ${cpu.median.toFixed(0)} µs a call`
    if (latency.outcome === 'less')
      return [
        `**Connect a sidecar to its application by a Unix socket** where both share a volume: it is faster than loopback, ${figures}.`,
      ]
    if (latency.outcome === 'too few pairs') return []
    const why =
      latency.outcome === 'more' ? 'the socket was slower here' : 'no difference in latency was found'
    return [
      `**Between a sidecar and its application, choose a Unix socket because the file system says who may connect, not for speed**: ${why}, ${figures}.`,
    ]
  })
}
