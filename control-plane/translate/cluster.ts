// An upstream as Envoy's Cluster: endpoints by EDS, HTTP/2 to them, and the policy that picks one.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import type { LbSettings } from '../config/model.ts'
import { toLoadBalancingPolicy } from '../switches/lb-policies.ts'
import { fromAds } from './config-source.ts'

const HTTP_PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** The cluster is the same for both modes: a tcp_proxy does not look at its HTTP options. */
export function toCluster(name: string, lb: LbSettings): Cluster {
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: fromAds() },
    loadBalancingPolicy: toLoadBalancingPolicy(lb),
    typedExtensionProtocolOptions: { [HTTP_PROTOCOL_OPTIONS]: anyPack(HttpProtocolOptionsSchema, http2()) },
  })
}

function http2() {
  return create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: { protocolConfig: { case: 'http2ProtocolOptions', value: {} } },
    },
  })
}
