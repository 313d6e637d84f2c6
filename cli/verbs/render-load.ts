// The load of backends as a table.

import pc from 'picocolors'
import type { BackendLoad, Load, UpstreamLoad } from '../../api/schemas/load.ts'
import { renderTable } from '../../testbed/measure/table.ts'

const NUMBER = { align: 'right' } as const
const COLUMNS = [
  { title: 'fleet' },
  { title: 'upstream' },
  { title: 'backend' },
  { title: 'calls', ...NUMBER },
  { title: 'share', ...NUMBER },
  { title: 'calls/s', ...NUMBER },
  { title: 'errors', ...NUMBER },
  { title: 'in progress', ...NUMBER },
  { title: 'utilization', ...NUMBER },
]

export function renderLoad(load: Load): string {
  const { since, intervalMs, nodes, upstreams, truncated } = load
  const reporting = nodes.filter(({ streams }) => streams > 0).length
  const head = `  since ${since}, reported every ${intervalMs / 1_000} s by ${reporting} ${reporting === 1 ? 'node' : 'nodes'}`
  if (upstreams.length === 0)
    return `${head}\n\n  no calls: no node has reported an upstream of the document yet`
  const rows = upstreams.flatMap((upstream) => upstream.backends.map((one) => rowOf(upstream, one)))
  return [
    head,
    '',
    renderTable(COLUMNS, rows),
    ...noteDrops(upstreams),
    ...(truncated
      ? [
          '',
          pc.yellow('  there are too many endpoints to show them all; the counts of upstreams are complete'),
        ]
      : []),
  ].join('\n')
}

function rowOf({ fleet, upstream }: UpstreamLoad, backend: BackendLoad): readonly string[] {
  const { calls, share } = backend
  return [
    fleet,
    upstream,
    nameOf(backend),
    String(calls.started),
    `${(share * 100).toFixed(1)} %`,
    calls.perSecond.toFixed(1),
    calls.errors === 0 ? '0' : pc.red(String(calls.errors)),
    String(calls.inProgress),
    utilizationOf(backend),
  ]
}

/** A client that does not report endpoints tells localities apart. */
function nameOf({ endpoint, address, locality: { region, zone, subZone } }: BackendLoad): string {
  if (endpoint !== undefined || address !== undefined) return endpoint ?? String(address)
  const locality = [region, zone, subZone].join('/').replace(/\/+$/, '')
  return locality === '' ? '(all)' : `(all in ${locality})`
}

/** The application's own measure if there is one, else that of the CPU. */
function utilizationOf({ metrics }: BackendLoad): string {
  const { latest } = metrics.application_utilization ?? metrics.cpu_utilization ?? {}
  return latest === undefined ? '' : `${(latest * 100).toFixed(0)} %`
}

function noteDrops(upstreams: readonly UpstreamLoad[]): readonly string[] {
  const dropping = upstreams.filter(({ dropped }) => dropped.calls > 0)
  if (dropping.length === 0) return []
  return [
    '',
    ...dropping.map(({ fleet, upstream, dropped: { calls } }) =>
      pc.red(
        `  ${fleet} rejected ${calls} ${calls === 1 ? 'call' : 'calls'} to ${upstream}: a limit was reached`,
      ),
    ),
  ]
}
