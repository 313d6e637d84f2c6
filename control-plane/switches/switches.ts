// The lists of all switches, one for each attach point: adding a switch is a file and a line here.

import type { DescMessage } from '@bufbuild/protobuf'
import { accessLog } from './access-log.ts'
import { aggregate } from './aggregate.ts'
import type {
  EndpointSwitch,
  FieldSwitch,
  FleetSwitch,
  ListenerSwitch,
  RuleSwitch,
  ServerListenerSwitch,
  UpstreamSwitch,
} from './attach-points.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { listenerBuffer, upstreamBuffer } from './connection-buffer.ts'
import { connectionLimit } from './connection-limit.ts'
import { fleetConnections, upstreamConnections } from './connections.ts'
import { directResponse } from './direct-response.ts'
import { listenerDrain, upstreamDrain } from './drain.ts'
import { endpointLabels } from './endpoint-labels.ts'
import { endpointLocality } from './endpoint-locality.ts'
import { endpointPriority } from './endpoint-priority.ts'
import { endpointState } from './endpoint-state.ts'
import { endpointWeight } from './endpoint-weight.ts'
import { endpointsFrom } from './endpoints-from.ts'
import { failover } from './failover.ts'
import { fleetLocalities } from './fleet-localities.ts'
import { GRPC_LB_MESSAGES } from './grpc-lb.ts'
import { requestHeaders, responseHeaders } from './header-changes.ts'
import { headerLimits, upstreamHeaderLimits } from './header-limits.ts'
import { healthCheck } from './health-check.ts'
import { hedging } from './hedging.ts'
import { HTTP_FILTERS, type HttpFilter } from './http-filters.ts'
import { fleetHttp1, listenerHttp1 } from './http1.ts'
import { fleetHttp2, upstreamHttp2 } from './http2.ts'
import { LB_OPTIONS, LB_POLICIES, type LbLists } from './lb-policies.ts'
import { listenerTls } from './listener-tls.ts'
import { loadMetrics } from './load-metrics.ts'
import { localityWeights } from './locality-weights.ts'
import { mirror } from './mirror.ts'
import { onNack } from './on-nack.ts'
import { outlierDetection } from './outlier-detection.ts'
import { patches } from './patches.ts'
import { protocol } from './protocol.ts'
import { listenerProxyProtocol, upstreamProxyProtocol } from './proxy-protocol.ts'
import { redirect } from './redirect.ts'
import { retry } from './retry.ts'
import { reusePort } from './reuse-port.ts'
import { rewrite } from './rewrite.ts'
import { rulePriority } from './rule-priority.ts'
import { ruleSubset } from './rule-subset.ts'
import { ruleTimeout } from './rule-timeout.ts'
import { serverTls } from './server-tls.ts'
import { sticky } from './sticky.ts'
import { grpcTimeout, maxStreamDuration } from './stream-duration.ts'
import { streamTimeouts } from './stream-timeouts.ts'
import { tracing } from './tracing.ts'
import { upstreamDns } from './upstream-dns.ts'
import { upstreamTls } from './upstream-tls.ts'

/** What the document's schema, its validation, the translation, the message registry and the tables in the docs are made from. */
export interface Switches extends LbLists {
  readonly endpoints: readonly EndpointSwitch[]
  readonly upstreams: readonly UpstreamSwitch[]
  readonly rules: readonly RuleSwitch[]
  readonly listeners: readonly ListenerSwitch[]
  readonly serverListeners: readonly ServerListenerSwitch[]
  readonly fleets: readonly FleetSwitch[]
  /** Their order is the order of the chain. */
  readonly httpFilters: readonly HttpFilter[]
}

export const SWITCHES = {
  endpoints: [endpointWeight, endpointState, endpointLocality, endpointPriority, endpointLabels],
  upstreams: [
    endpointsFrom,
    upstreamDns,
    aggregate,
    healthCheck,
    protocol,
    upstreamTls,
    upstreamProxyProtocol,
    circuitBreaker,
    upstreamConnections,
    upstreamBuffer,
    upstreamHttp2,
    upstreamHeaderLimits,
    localityWeights,
    failover,
    outlierDetection,
    loadMetrics,
    upstreamDrain,
  ],
  lbPolicies: LB_POLICIES,
  lbOptions: LB_OPTIONS,
  rules: [
    ruleTimeout,
    maxStreamDuration,
    grpcTimeout,
    retry,
    hedging,
    sticky,
    mirror,
    rulePriority,
    ruleSubset,
    rewrite,
    requestHeaders,
    responseHeaders,
    redirect,
    directResponse,
  ],
  listeners: [
    listenerDrain,
    connectionLimit,
    listenerProxyProtocol,
    listenerTls,
    reusePort,
    listenerHttp1,
    listenerBuffer,
    accessLog,
  ],
  serverListeners: [serverTls],
  fleets: [
    onNack,
    streamTimeouts,
    fleetConnections,
    fleetHttp1,
    fleetHttp2,
    headerLimits,
    tracing,
    fleetLocalities,
    patches,
  ],
  httpFilters: HTTP_FILTERS,
} as const satisfies Switches

/** All that resources pack by these switches. */
export function declaredMessages(switches: Switches = SWITCHES): readonly DescMessage[] {
  const {
    endpoints,
    upstreams,
    lbPolicies,
    lbOptions,
    rules,
    listeners,
    serverListeners,
    fleets,
    httpFilters,
  } = switches
  const declared: readonly Pick<FieldSwitch, 'messages'>[] = [
    ...endpoints,
    ...upstreams,
    ...lbPolicies,
    ...lbOptions,
    ...rules,
    ...listeners,
    ...serverListeners,
    ...fleets,
    ...httpFilters,
  ]
  return [...new Set([...declared.flatMap(({ messages = [] }) => messages), ...GRPC_LB_MESSAGES])]
}
