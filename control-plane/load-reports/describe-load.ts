// Counts of calls as REST shows them: endpoints by their names in the document, and the ones that nobody called.

import type { BackendLoad, Load, UpstreamLoad } from '../../api/schemas/load.ts'
import { type Latest, LatestLoad } from './latest-load.ts'
import type { LoadDocument, NodeLoad } from './load-of-fleets.ts'
import { endpointKey, type LoadTotals, localityKey, type Totals, type UpstreamTotals } from './load-totals.ts'

type Counted = Omit<Totals, 'metrics'>

export function describeUpstreams(
  fleet: string,
  document: LoadDocument,
  totals: LoadTotals,
  latest: LatestLoad,
  isWanted: (upstream: string) => boolean,
): readonly UpstreamLoad[] {
  const wanted = [...totals.upstreams].filter(([name]) => isWanted(name))
  return wanted
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([upstream, counted]) => ({
      fleet,
      upstream,
      calls: describeCalls(counted, latest.ofUpstream(upstream)),
      dropped: { calls: counted.dropped, categories: Object.fromEntries(counted.droppedBy) },
      localities: [...counted.localities].map(([key, { locality, priority, metrics, ...calls }]) => {
        const now = latest.of(upstream, key)
        return {
          locality,
          priority,
          calls: describeCalls(calls, now),
          metrics: describeMetrics(metrics, now),
        }
      }),
      backends: describeBackends(fleet, upstream, document, counted, latest),
    }))
}

/** Its calls to the wanted upstreams. */
export function describeNode(
  fleet: string,
  { id, totals, streams, lastReportAt }: NodeLoad,
  intervalMs: number,
  now: number,
  isWanted: (upstream: string) => boolean,
): Load['nodes'][number] {
  const latest = new LatestLoad(intervalMs, now, { withParts: false })
  for (const report of streams.values()) if (report !== undefined) latest.add(report, isWanted)
  const wanted = [...totals.upstreams].filter(([name]) => isWanted(name))
  const sum = { started: 0, ok: 0, errors: 0, inProgress: 0, perSecond: 0 }
  for (const [name, counted] of wanted) {
    const calls = describeCalls(counted, latest.ofUpstream(name))
    for (const field of Object.keys(sum) as (keyof typeof sum)[]) sum[field] += calls[field]
  }
  return {
    id,
    fleet,
    streams: streams.size,
    ...(lastReportAt !== undefined && { lastReportAt: new Date(lastReportAt).toISOString() }),
    calls: sum,
  }
}

function describeBackends(
  fleet: string,
  upstream: string,
  document: LoadDocument,
  counted: UpstreamTotals,
  latest: LatestLoad,
): readonly BackendLoad[] {
  const names = endpointNames(document, upstream)
  const shareOf = (started: number) => (counted.started === 0 ? 0 : started / counted.started)
  const rests = new Map(
    [...counted.localities].map(([key, { started, ok, errors }]) => [key, { started, ok, errors }]),
  )
  const latestRests = new Map([...rests.keys()].map((key) => [key, { ...latest.of(upstream, key) }]))
  const reported = [...counted.endpoints.values()].map((one): BackendLoad => {
    const { address, locality, priority, metrics, started, ok, errors } = one
    const key = localityKey({ ...locality, priority })
    const now = latest.of(upstream, endpointKey(key, address))
    subtract(rests.get(key), one)
    const rest = latestRests.get(key)
    if (rest !== undefined) {
      rest.inProgress -= now.inProgress
      rest.perSecond -= now.perSecond
    }
    const endpoint = names.get(address)
    return {
      ...(endpoint !== undefined && { endpoint }),
      address,
      locality,
      priority,
      calls: describeCalls({ started, ok, errors }, now),
      share: shareOf(started),
      metrics: describeMetrics(metrics, now),
    }
  })
  const seen = new Set(reported.map(({ address }) => address))
  // Endpoints have their metrics in rows of their own.
  const inRows = new Set(reported.map(({ locality, priority }) => localityKey({ ...locality, priority })))
  return [
    ...reported,
    ...(reportsEndpoints(document, fleet) ? uncalled(document, upstream, seen) : []),
    ...[...counted.localities].flatMap(([key, { locality, priority, metrics }]): BackendLoad[] => {
      const rest = rests.get(key)
      const now = latestRests.get(key)
      if (rest === undefined || now === undefined) return []
      if (rest.started + rest.ok + rest.errors + now.inProgress === 0) return []
      const calls = describeCalls(rest, now)
      return [
        {
          locality,
          priority,
          calls,
          share: shareOf(rest.started),
          metrics: inRows.has(key) ? {} : describeMetrics(metrics, now),
        },
      ]
    }),
  ].sort(byEndpoint)
}

/** The endpoints of the document that no node has reported. */
function uncalled(
  { upstreams }: LoadDocument,
  upstream: string,
  reported: ReadonlySet<string | undefined>,
): readonly BackendLoad[] {
  return Object.entries(upstreams[upstream]?.endpoints ?? {})
    .filter(([, { address }]) => !reported.has(address))
    .map(
      ([endpoint, { address, priority = 0, locality: { region = '', zone = '', subZone = '' } = {} }]) => ({
        endpoint,
        address,
        locality: { region, zone, subZone },
        priority,
        calls: { started: 0, ok: 0, errors: 0, inProgress: 0, perSecond: 0 },
        share: 0,
        metrics: {},
      }),
    )
}

/** gRPC clients report localities only. */
function reportsEndpoints({ fleets }: LoadDocument, fleet: string): boolean {
  return fleets[fleet]?.kind === 'envoy'
}

/** The names of an upstream's endpoints, by address. */
export function endpointNames({ upstreams }: LoadDocument, upstream: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(upstreams[upstream]?.endpoints ?? {}).map(([name, { address }]) => [address, name]),
  )
}

function subtract(rest: Counted | undefined, { started, ok, errors }: Counted): void {
  if (rest === undefined) return
  rest.started -= started
  rest.ok -= ok
  rest.errors -= errors
}

function describeCalls(
  { started, ok, errors }: Counted,
  { inProgress, perSecond }: Pick<Latest, 'inProgress' | 'perSecond'>,
) {
  return { started, ok, errors, inProgress, perSecond }
}

function describeMetrics(totals: Totals['metrics'], { metrics }: Latest) {
  return Object.fromEntries(
    [...totals].map(([name, { calls, sum }]) => {
      const now = metrics.get(name)
      return [name, { calls, mean: sum / calls, ...(now !== undefined && { latest: now.sum / now.calls }) }]
    }),
  )
}

/** Endpoints by name, then by address, then what is not reported by endpoint. */
function byEndpoint(one: BackendLoad, other: BackendLoad): number {
  return rankOf(one) - rankOf(other) || textOf(one).localeCompare(textOf(other), 'en', { numeric: true })
}

function rankOf({ endpoint, address }: BackendLoad): number {
  if (endpoint !== undefined) return 0
  return address === undefined ? 2 : 1
}

function textOf({ endpoint, address, locality: { region, zone, subZone } }: BackendLoad): string {
  return [endpoint, address, region, zone, subZone].join(' ')
}
