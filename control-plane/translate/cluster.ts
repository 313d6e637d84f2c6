// An upstream as Envoy's Cluster: where its endpoints come from, the policy that picks one, and what the switches add.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import type { TransportSocket } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { hasLocalities } from '../document/endpoint-groups.ts'
import { hasAssignment, type LbSettings, lbOf, type Upstream } from '../document/model.ts'
import { clusterProvidedPolicy } from '../switches/aggregate.ts'
import type { ClusterParts, HttpProtocolOptionsParts } from '../switches/attach-points.ts'
import { fromAds } from '../switches/config-source.ts'
import { optionsBesidePolicy, toLoadBalancingPolicy } from '../switches/lb-policies.ts'
import { mergeParts } from '../switches/merge-parts.ts'
import { partsOf } from '../switches/parts-of.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'

const HTTP_PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** The cluster is the same for both modes: a tcp_proxy does not look at its HTTP options. */
export function toCluster(
  name: string,
  upstream: Upstream,
  fleet: { readonly lb: LbSettings },
  switches: Switches = SWITCHES,
): Cluster {
  const lb = lbOf(fleet, upstream)
  const weighsLocalities = hasLocalities(upstream)
  const writesWeights = Object.keys(upstream.localities ?? {}).length > 0
  const options = mergeParts<HttpProtocolOptionsParts>([
    ...(upstream.aggregate === undefined ? [optionsBesidePolicy(lb, switches)] : []),
    ...partsOf(switches.upstreams, upstream, (one, settings) =>
      one.toHttpProtocolOptions?.(settings, upstream),
    ),
  ])
  const base: ClusterParts = {
    name,
    ...(hasAssignment(upstream) && byEds()),
    loadBalancingPolicy:
      upstream.aggregate === undefined
        ? toLoadBalancingPolicy(lb, { weighsLocalities, writesWeights }, switches)
        : clusterProvidedPolicy(),
    typedExtensionProtocolOptions: {
      [HTTP_PROTOCOL_OPTIONS]: anyPack(HttpProtocolOptionsSchema, create(HttpProtocolOptionsSchema, options)),
    },
  }
  const cluster = create(
    ClusterSchema,
    mergeParts([
      base,
      ...partsOf(switches.lbOptions, lb, (one, settings) => one.toCluster?.(settings)),
      ...partsOf(switches.upstreams, upstream, (one, settings) => one.toCluster?.(settings, upstream)),
    ]),
  )
  const transportSocket = wrapped(cluster.transportSocket, upstream, switches)
  return transportSocket === cluster.transportSocket
    ? cluster
    : create(ClusterSchema, { ...cluster, ...(transportSocket && { transportSocket }) })
}

function wrapped(socket: TransportSocket | undefined, upstream: Upstream, { upstreams }: Switches) {
  const wraps = partsOf(upstreams, upstream, (one, settings) => {
    if (one.wrapSocket === undefined) return undefined
    return (inner: TransportSocket | undefined) => one.wrapSocket?.(settings, inner)
  })
  return wraps.reduce((inner, wrap) => wrap(inner), socket)
}

/** For an upstream whose endpoints this control plane knows. Otherwise its switch for DNS or an aggregate says where they come from. */
export function byEds(): ClusterParts {
  return {
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: fromAds() },
  }
}
