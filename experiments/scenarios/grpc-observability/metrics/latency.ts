// Latency: the same calls in the histograms of client, proxy and servers, and exemplars that lead from a bucket to a trace.

import { randomBytes } from 'node:crypto'
import { Metadata } from '@grpc/grpc-js'
import { LATENCY_BUCKETS } from '../../../../services/metrics/call-metrics.ts'
import type { Exemplar } from '../../../../testbed/prometheus/prometheus-client.ts'
import type { ObservedEdge } from '../observed-edge.ts'
import { inTurn } from './calls.ts'
import { ok, type Story } from './story.ts'

/** One call in ten is slow, so that p50 and p95 differ by more than a bucket. */
const SLOW_MS = 60
const EVERY = { slow: 10, sampled: 4 } as const
const QUANTILES = [0.5, 0.95] as const

/** Histograms of the three; what they count is in seconds after `scale`. */
const HISTOGRAMS = {
  client: { name: 'grpc_client_handling_seconds', scale: 1 },
  proxy: { name: 'envoy_cluster_upstream_rq_time', scale: 1 / 1_000 },
  server: { name: 'grpc_server_handling_seconds', scale: 1 },
} as const
type Part = keyof typeof HISTOGRAMS

export const latencyFigure = (part: Part, quantile: number) => `${part} p${quantile * 100} (ms)`
export const exactFigure = (quantile: number) => `exact p${quantile * 100} (ms)`
export const LATENCY_QUANTILES = QUANTILES
export const LATENCY_PARTS = Object.keys(HISTOGRAMS) as readonly Part[]

export const LATENCY: Story = {
  id: 'latency',
  row: 'O5.2',
  title: 'one call in ten is slow',
  says: 'A histogram knows a percentile only to its bucket: here it is as good as the bounds of the buckets. It can be added up over servers, which percentiles cannot. Exemplars lead from a bucket to a trace of a call in it, as long as the trace is sampled.',
  async run(edge, calls, signal) {
    await edge.prometheus.untilScraped(signal)
    const from = Date.now() / 1_000
    const { exactMs, sampled } = await makeCalls(edge, calls)
    await edge.prometheus.untilScraped(signal)
    await untilProxyHas(edge, calls, from, signal)
    const to = Date.now() / 1_000
    const quantiles = await readQuantiles(edge, from)
    const exemplars = await edge.prometheus.exemplars(`${HISTOGRAMS.server.name}_bucket`, from, to)
    return {
      made: calls,
      figures: {
        ...quantiles,
        ...Object.fromEntries(QUANTILES.map((one) => [exactFigure(one), exactQuantile(exactMs, one)])),
        'exemplars found': exemplars.length,
      },
      facts: {
        ...Object.fromEntries(
          QUANTILES.map((one) => {
            const told = quantiles[latencyFigure('client', one)] ?? Number.NaN
            return [
              `the client's p${one * 100} is that of its calls, to a bucket`,
              isNear(told, exactQuantile(exactMs, one)),
            ]
          }),
        ),
        'what is slow is in the tail of all three': LATENCY_PARTS.every(
          (part) => (quantiles[latencyFigure(part, 0.95)] ?? 0) > SLOW_MS / 2,
        ),
        'exemplars of the servers are calls of sampled traces':
          exemplars.length > 0 && exemplars.every(({ labels }) => sampled.has(labels.trace_id ?? '')),
        'and each lies in its bucket': exemplars.every(isInBucket),
        'and leads to a trace that the collector has': await leadToTraces(edge, exemplars),
      },
    }
  },
  holds: ({ codes }, { made }) => ({ 'each call succeeds': ok(codes.client) === made }),
}

/** Envoy reports spans late. A trace that never comes fails the run by its time limit. */
async function leadToTraces({ traces }: ObservedEdge, exemplars: readonly Exemplar[]): Promise<boolean> {
  const wanted = exemplars.map(({ labels }) => labels.trace_id)
  const hasAll = (spans: readonly { readonly traceId: string }[]) => {
    const found = new Set(spans.map(({ traceId }) => traceId))
    return wanted.every((one) => one !== undefined && found.has(one))
  }
  return hasAll(await traces.until(hasAll))
}

async function makeCalls(edge: ObservedEdge, calls: number) {
  const client = edge.client()
  const exactMs: number[] = []
  const sampled = new Set<string>()
  await inTurn(calls, async (index) => {
    const traceId = randomBytes(16).toString('hex')
    const isSampled = index % EVERY.sampled === 0
    if (isSampled) sampled.add(traceId)
    const metadata = new Metadata()
    metadata.set('traceparent', `00-${traceId}-${randomBytes(8).toString('hex')}-${isSampled ? '01' : '00'}`)
    const delay = { nanos: index % EVERY.slow === 0 ? SLOW_MS * 1_000_000 : 0 }
    const begun = performance.now()
    await client.unary({ message: 'timed', delay }, { metadata })
    exactMs.push(performance.now() - begun)
  })
  client.close()
  return { exactMs, sampled }
}

/** What was counted since `from`; a bucket that did not exist then has counted all of it. */
function since(series: string, from: number): string {
  const sum = (at: string) => `sum by (le) (last_over_time(${series}[1m]${at}))`
  return `((${sum('')} - ${sum(` @ ${from.toFixed(3)}`)}) or ${sum('')})`
}

/** Envoy adds what its workers have counted to its histograms when it flushes its statistics. */
async function untilProxyHas(
  { prometheus }: ObservedEdge,
  calls: number,
  from: number,
  signal: AbortSignal,
): Promise<void> {
  const count = since(`${HISTOGRAMS.proxy.name}_count{envoy_cluster_name="echo"}`, from)
  for (;;) {
    const [sample] = await prometheus.query(count)
    if ((sample?.value ?? 0) >= calls) return
    await prometheus.untilScraped(signal)
  }
}

async function readQuantiles({ prometheus }: ObservedEdge, from: number): Promise<Record<string, number>> {
  const all = LATENCY_PARTS.flatMap((part) => QUANTILES.map((quantile) => ({ part, quantile })))
  const values = await Promise.all(
    all.map(async ({ part, quantile }) => {
      const { name, scale } = HISTOGRAMS[part]
      const of = part === 'proxy' ? '{envoy_cluster_name="echo"}' : ''
      const query = `histogram_quantile(${quantile}, ${since(`${name}_bucket${of}`, from)})`
      const [sample] = await prometheus.query(query)
      return [latencyFigure(part, quantile), (sample?.value ?? Number.NaN) * scale * 1_000] as const
    }),
  )
  return Object.fromEntries(values)
}

/** The value that Prometheus looks for: the first whose rank is at least `quantile` of all. */
function exactQuantile(values: readonly number[], quantile: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(quantile * values.length) - 1] ?? Number.NaN
}

/** In the same bucket, or the next one: the interceptor begins to measure a little after the program. */
function isNear(toldMs: number, exactMs: number): boolean {
  return Math.abs(bucketOf(toldMs / 1_000) - bucketOf(exactMs / 1_000)) <= 1
}

function bucketOf(seconds: number): number {
  const found = LATENCY_BUCKETS.findIndex((bound) => seconds <= bound)
  return found === -1 ? LATENCY_BUCKETS.length : found
}

function isInBucket({ series, value }: Exemplar): boolean {
  const bound = series.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(series.le)
  const before = LATENCY_BUCKETS[LATENCY_BUCKETS.indexOf(bound) - 1] ?? 0
  return value <= bound && (bound === Number.POSITIVE_INFINITY || value > before)
}
