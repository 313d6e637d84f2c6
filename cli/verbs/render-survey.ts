// What `yard status` shows of a testbed beside the control plane's own status.

import pc from 'picocolors'
import { renderTable } from '../../testbed/measure/table.ts'
import { describeNotice, type NodeNotice } from '../../testbed/notices.ts'
import type { PartState } from '../../testbed/parts.ts'
import type { ClientReport, EndpointReport, Survey, UpstreamReport } from '../../testbed/survey.ts'

/** Tables of endpoints and limits, and a line for each problem. */
export function renderSurvey({ clients, endpoints, upstreams, silent, parts, notices }: Survey): string {
  const restarting = parts.filter(({ state }) => state === 'restarting')
  const problems = [
    ...restarting.map((part) => pc.red(`  ${describeRestarting(part)}`)),
    ...silent.map((node) => pc.red(`  ${node}: its admin interface does not answer`)),
    ...upstreams
      .filter(({ overflowed }) => overflowed > 0)
      .map((one) => pc.yellow(`  ${describeOverflow(one)}`)),
    ...notices.map((notice) => pc.yellow(`  ${timeOf(notice)} ${describeNotice(notice)}`)),
  ]
  const tables = clients === undefined ? [] : [renderClients(clients)]
  // Only Envoys report endpoints.
  if (clients === undefined || endpoints.length > 0) {
    tables.push(renderEndpoints(endpoints, restarting), renderUpstreams(upstreams))
  }
  return [tables.join('\n\n'), ...(problems.length === 0 ? [] : ['', ...problems])].join('\n')
}

function renderEndpoints(endpoints: readonly EndpointReport[], restarting: readonly PartState[]): string {
  return renderTable(
    [{ title: 'upstream' }, { title: 'endpoint' }, { title: 'backend' }, { title: 'healthy' }, { title: '' }],
    endpoints.toSorted(byUpstreamAndAddress).map((one) => endpointRow(one, restarting)),
  )
}

function renderUpstreams(upstreams: readonly UpstreamReport[]): string {
  return renderTable(
    [
      { title: 'upstream' },
      { title: 'open calls', align: 'right' },
      { title: 'limit per Envoy', align: 'right' },
      { title: 'failed over a limit', align: 'right' },
    ],
    upstreams
      .toSorted((one, other) => one.upstream.localeCompare(other.upstream))
      .map(({ upstream, calls, limit, overflowed }) => [upstream, calls, limit, overflowed]),
  )
}

function renderClients(clients: readonly ClientReport[]): string {
  return renderTable(
    [{ title: 'client' }, { title: 'target' }, { title: 'channel' }, { title: 'gRPC' }],
    clients.map(({ client, target, connectivity, grpc }) => [client, target, connectivity, grpc]),
  )
}

function byUpstreamAndAddress(one: EndpointReport, other: EndpointReport): number {
  return (
    one.upstream.localeCompare(other.upstream) ||
    one.address.localeCompare(other.address, 'en', { numeric: true })
  )
}

function endpointRow(
  { upstream, address, backend = '', healthy, envoys, reasons, listening }: EndpointReport,
  restarting: readonly PartState[],
): readonly string[] {
  const isDead = listening === false || restarting.some(({ id }) => id === backend)
  const remarks = [...(isDead ? ['dead: nothing listens there'] : []), ...reasons]
  const color = remarks.length === 0 ? pc.green : pc.red
  return [upstream, address, backend, color(`on ${healthy} of ${envoys}`), color(remarks.join(', '))]
}

/** An old warning may be settled. */
function timeOf({ last }: NodeNotice): string {
  return `${last.slice(0, 19)}Z`
}

export function describeRestarting({ title, lastEnd, restarts }: PartState): string {
  const why = lastEnd === undefined ? '' : ` (it ended by ${lastEnd})`
  const times = restarts === 0 ? '' : `, after ${restarts} restarts`
  return `${title} is being restarted${why}${times}`
}

function describeOverflow({ upstream, overflowed, limit }: UpstreamReport): string {
  const more = `yard set upstreams.${upstream}.circuitBreaker.requests=${2 * limit}`
  return `${upstream}: ${overflowed} calls failed at a limit of its circuit breaker (${limit} open calls in each Envoy). Raise it: ${more}`
}
