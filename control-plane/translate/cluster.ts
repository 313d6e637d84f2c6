// An upstream as Envoy's Cluster: endpoints by EDS, HTTP/2 to them, and the policy that picks one.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { type Fleet, lbOf, type Upstream } from '../document/model.ts'
import { toHealthCheckFields } from '../switches/health-check.ts'
import { toLoadBalancingPolicy } from '../switches/lb-policies.ts'
import { fromAds } from './config-source.ts'
import { UPSTREAM_HTTP2 } from './limits.ts'
import { toUpstreamSocket } from './tls.ts'

const HTTP_PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

const COMMON_LB = {
  // Below half of the endpoints in health, Envoy would panic and send calls to those that are dead too. With 0 it never
  // does: calls fail only where no endpoint is left.
  // https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold
  healthyPanicThreshold: { value: 0 },
  // After one change of health, Envoy would bring the next ones to its workers only when a second is over: of two
  // endpoints that die together, the second would get calls for that long although its checks have failed.
  // https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto#config-cluster-v3-cluster-commonlbconfig
  updateMergeWindow: { seconds: 0n },
} as const

/**
 * Retries that may be open at a time. Envoy's own 3 are fewer than the calls that cross a draining backend's GOAWAY, and what
 * is retried (see route.ts) was not processed by anyone, so that it adds no work; 1,024 is Envoy's bound for calls.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto
 */
const CIRCUIT_BREAKERS = { thresholds: [{ maxRetries: 1_024 }] }

/** The cluster is the same for both modes: a tcp_proxy does not look at its HTTP options. */
export function toCluster(name: string, upstream: Upstream, fleet: Pick<Fleet, 'lb'>): Cluster {
  const transportSocket = toUpstreamSocket(upstream.tls, upstream.protocol === 'http1' ? 'http/1.1' : 'h2')
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: fromAds() },
    loadBalancingPolicy: toLoadBalancingPolicy(lbOf(fleet, upstream)),
    commonLbConfig: COMMON_LB,
    circuitBreakers: CIRCUIT_BREAKERS,
    ...toHealthCheckFields(upstream.healthCheck),
    ...(transportSocket && { transportSocket }),
    typedExtensionProtocolOptions: {
      [HTTP_PROTOCOL_OPTIONS]: anyPack(HttpProtocolOptionsSchema, httpOptions(upstream)),
    },
  })
}

function httpOptions({ protocol = 'http2' }: Upstream) {
  const protocolConfig =
    protocol === 'http2'
      ? { case: 'http2ProtocolOptions' as const, value: UPSTREAM_HTTP2 }
      : { case: 'httpProtocolOptions' as const, value: {} }
  return create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: { protocolConfig },
    },
  })
}
