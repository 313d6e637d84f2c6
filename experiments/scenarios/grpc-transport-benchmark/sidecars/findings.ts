// Recommendations about sidecars, each with its condition and its figures from the results.

import type { Results } from '../../../harness/results.ts'
import { added, type MeasuredSidecars, measuredSidecars, typical } from './measured-sidecars.ts'

/** Added latency is worth thinking about from this share of a call on: below it, the network decides what a call takes. */
const NOTABLE_SHARE = 0.1

export function findingsOf(results: Results): readonly string[] {
  const measured = measuredSidecars(results)
  return [...bySidecars(measured), ...byMutualTls(measured), ...byUnixSocket(measured)]
}

/** Transports that came out alike are one recommendation. */
function bySidecars(measured: readonly MeasuredSidecars[]): readonly string[] {
  const costs = measured.flatMap((one) => {
    const way = one.ways.includes('both') ? 'both' : 'client'
    const difference = added(one, way, 'p50')
    if (difference === undefined) return []
    const share = difference.median / typical(one, 'none', 'p50')
    const hops = way === 'both' ? 'two Envoys add' : 'one Envoy adds'
    return [{ one, difference, share, hops, cpu: typical(one, way, 'proxy') }]
  })
  const text = ({ one, difference: { median, low, high }, share, hops, cpu }: (typeof costs)[number]) =>
    `${one.transport.title}: ${hops} ${median.toFixed(2)} ms to a median of ${typical(one, 'none', 'p50').toFixed(2)} ms (${low.toFixed(2)} to ${high.toFixed(2)}), ${(100 * share).toFixed(0)} %, and ${cpu.toFixed(0)} µs of CPU a call`
  const certain = costs.filter(({ difference }) => difference.outcome === 'more')
  const dear = certain.filter(({ share }) => share >= NOTABLE_SHARE)
  const cheap = costs.filter(
    ({ share, difference }) => share < NOTABLE_SHARE && difference.outcome !== 'too few pairs',
  )
  const open = costs.filter((one) => !dear.includes(one) && !cheap.includes(one))
  return [
    ...(dear.length === 0
      ? []
      : [
          `**Within a node or a cluster, give sidecars to services that need their policies, and leave chains of many small calls without**: where the network is near, the hop adds a tenth of a call or more. ${dear.map(text).join('; ')}.`,
        ]),
    ...(cheap.length === 0
      ? []
      : [
          `**Where the network takes most of a call, take the sidecars**: they add less than ${100 * NOTABLE_SHARE} %. ${cheap.map(text).join('; ')}.`,
        ]),
    ...(open.length === 0
      ? []
      : [
          `These turns cannot tell: ${open.map(text).join('; ')}. Run the standard profile on an idle machine.`,
        ]),
  ]
}

function byMutualTls(measured: readonly MeasuredSidecars[]): readonly string[] {
  const found = measured.flatMap((one) => {
    const [latency, cpu] = [added(one, 'mtls', 'p50', 'both'), added(one, 'mtls', 'proxy', 'both')]
    return latency === undefined || cpu === undefined ? [] : [{ one, latency, cpu }]
  })
  if (found.length === 0) return []
  if (found.every(({ latency }) => latency.outcome === 'too few pairs')) return []
  const isMore = found.filter(({ latency }) => latency.outcome === 'more')
  const text = found.map(
    ({ one, latency, cpu }) =>
      `${one.transport.title} ${latency.median.toFixed(3)} ms (${latency.low.toFixed(3)} to ${latency.high.toFixed(3)}) and ${cpu.median.toFixed(0)} µs of CPU a call`,
  )
  const advice =
    isMore.length === 0
      ? 'no transport shows more latency by mutual TLS than by plaintext, beyond what chance gives'
      : `${isMore.length} of ${found.length} transports show more latency by mutual TLS than by plaintext`
  return [
    `**If both sidecars are there anyway, encrypt between them**: on connections that are open, ${advice}. It added on ${text.join('; ')}.`,
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
