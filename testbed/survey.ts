// Looks at a running testbed: what its Envoys think of their endpoints, which limits calls met, and who listens.

import type { ClusterStatus, HostStatus } from '@envoy/xds-protos/envoy/admin/v3/clusters_pb.js'
import type { Address } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import { HealthStatus } from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { joinAddress } from '../core/host-and-port.ts'
import { EnvoyAdmin } from '../envoy-bootstrap/envoy-admin.ts'
import { isLocal } from './document.ts'
import { grpcClientAt } from './grpc-client-control.ts'
import type { NodeNotice } from './notices.ts'
import type { PartState } from './parts.ts'
import { probe } from './probe.ts'
import type { ClientDescription, NodeDescription, TestbedDescription } from './state-file.ts'

export interface EndpointReport {
  readonly upstream: string
  readonly address: string
  /** The backend of the testbed at this address. */
  readonly backend?: string
  /** How many Envoys have the endpoint, and for how many of them it is healthy. */
  readonly envoys: number
  readonly healthy: number
  /** Why it is not healthy, each reason once. */
  readonly reasons: readonly string[]
  /** Whether a process listens there; only for addresses on this host. */
  readonly listening?: boolean
}

export interface UpstreamReport {
  readonly upstream: string
  /** Open calls through all Envoys. */
  readonly calls: number
  /** How many calls one Envoy may have open: `circuitBreaker.requests`. */
  readonly limit: number
  /** Calls that failed at once, because a limit of `circuitBreaker` was met. */
  readonly overflowed: number
}

/** A gRPC client, by its own account. */
export interface ClientReport {
  readonly client: string
  readonly target: string
  /** Its library and version, such as `grpcio 1.85.1`. */
  readonly grpc: string
  /** The state of its channel, such as READY; IDLE before its first call; or that the client does not answer. */
  readonly connectivity: string
}

export interface Survey {
  /** The gRPC clients, if there are any. */
  readonly clients?: readonly ClientReport[]
  readonly endpoints: readonly EndpointReport[]
  readonly upstreams: readonly UpstreamReport[]
  /** The nodes whose admin does not answer. */
  readonly silent: readonly string[]
  readonly parts: readonly PartState[]
  readonly notices: readonly NodeNotice[]
}

const NO_ANSWER = 'does not answer'

/** Envoy's default of `max_requests`. */
const DEFAULT_MAX_REQUESTS = 1024

export async function surveyTestbed(testbed: TestbedDescription): Promise<Survey> {
  const [nodes, clients] = await Promise.all([
    Promise.all(Object.values(testbed.fleets).flat().map(askNode)),
    Promise.all(
      Object.values(testbed.clients ?? {})
        .flat()
        .map(askClient),
    ),
  ])
  const answers = nodes.filter((node) => 'clusters' in node)
  const { backends, parts, notices } = testbed
  const idAt = new Map(backends.map(({ id, address }) => [address, id]))
  const hosts = answers.flatMap(({ clusters }) =>
    clusters.flatMap(({ name, hostStatuses }) => hostStatuses.map((host) => ({ upstream: name, host }))),
  )
  const endpoints = Map.groupBy(hosts, ({ upstream, host }) => `${upstream} ${addressOf(host.address)}`)
  return {
    endpoints: await Promise.all([...endpoints.values()].map((same) => reportEndpoint(same, idAt))),
    upstreams: reportUpstreams(answers),
    ...(testbed.clients && { clients }),
    silent: nodes.flatMap((node) => ('clusters' in node ? [] : [node.silent])),
    parts,
    notices,
  }
}

interface NodeAnswer {
  readonly clusters: readonly ClusterStatus[]
  /** Gauges and counters of clusters. */
  readonly stats: ReadonlyMap<string, number>
}

async function askNode({
  node,
  admin: url,
}: NodeDescription): Promise<NodeAnswer | { readonly silent: string }> {
  const admin = new EnvoyAdmin(url)
  try {
    const [{ clusterStatuses }, stats] = await Promise.all([
      admin.clusters(),
      admin.stats('^cluster\\..*\\.upstream_rq_(active|active_overflow|pending_overflow)$'),
    ])
    return { clusters: clusterStatuses.filter(({ addedViaApi }) => addedViaApi), stats }
  } catch {
    return { silent: node }
  }
}

async function askClient({ node, target, control }: ClientDescription): Promise<ClientReport> {
  try {
    return { client: node, ...(await grpcClientAt(node, control).state()) }
  } catch {
    return { client: node, target, connectivity: NO_ANSWER, grpc: '' }
  }
}

async function reportEndpoint(
  same: readonly { readonly upstream: string; readonly host: HostStatus }[],
  idAt: ReadonlyMap<string, string>,
): Promise<EndpointReport> {
  const [{ upstream = '', host } = {}] = same
  const address = addressOf(host?.address)
  const reasons = same.map((one) => reasonsOf(one.host))
  const backend = idAt.get(address)
  return {
    upstream,
    address,
    ...(backend === undefined ? {} : { backend }),
    envoys: same.length,
    healthy: reasons.filter(({ length }) => length === 0).length,
    reasons: [...new Set(reasons.flat())],
    ...(isLocal(address) && { listening: (await probe(address)) === 'listens' }),
  }
}

/** Why Envoy does not regard an endpoint as healthy: https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--clusters */
function reasonsOf({ healthStatus }: HostStatus): readonly string[] {
  if (healthStatus === undefined) return []
  const { edsHealthStatus } = healthStatus
  const reasons: readonly (readonly [boolean, string])[] = [
    [healthStatus.failedActiveHealthCheck && healthStatus.activeHcTimeout, 'health check timed out'],
    [healthStatus.failedActiveHealthCheck && !healthStatus.activeHcTimeout, 'failed health check'],
    [healthStatus.failedOutlierCheck, 'ejected as an outlier'],
    [healthStatus.excludedViaImmediateHcFail, 'asked for no more calls'],
    [healthStatus.pendingDynamicRemoval, 'being removed'],
    [edsHealthStatus === HealthStatus.DRAINING, 'draining'],
    [edsHealthStatus === HealthStatus.UNHEALTHY, 'unhealthy in the document'],
  ]
  return reasons.flatMap(([holds, reason]) => (holds ? [reason] : []))
}

function reportUpstreams(answers: readonly NodeAnswer[]): readonly UpstreamReport[] {
  const clusters = answers.flatMap(({ clusters, stats }) => clusters.map((cluster) => ({ cluster, stats })))
  return [...Map.groupBy(clusters, ({ cluster }) => cluster.name)].map(([upstream, same]) => {
    const sum = (stat: string) =>
      same.reduce((total, { stats }) => total + (stats.get(`cluster.${upstream}.${stat}`) ?? 0), 0)
    const [threshold] = same[0]?.cluster.circuitBreakers?.thresholds ?? []
    return {
      upstream,
      calls: sum('upstream_rq_active'),
      limit: threshold?.maxRequests ?? DEFAULT_MAX_REQUESTS,
      // Calls that no connection may take, and calls that may not even wait for one.
      overflowed: sum('upstream_rq_active_overflow') + sum('upstream_rq_pending_overflow'),
    }
  })
}

function addressOf(address: Address | undefined): string {
  const where = address?.address
  if (where?.case === 'pipe') return `unix:${where.value.path}`
  if (where?.case !== 'socketAddress') return 'unknown'
  const { address: host, portSpecifier } = where.value
  return joinAddress(host, portSpecifier.value)
}
