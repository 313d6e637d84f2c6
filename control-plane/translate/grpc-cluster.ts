// An upstream as a Cluster for gRPC clients: they know few of its fields, and NACK some of the others.

import { create } from '@bufbuild/protobuf'
import { type Cluster, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { hasAssignment, type LbSettings, lbOf, type Upstream } from '../document/model.ts'
import type { ClusterParts, GrpcFleetContext } from '../switches/attach-points.ts'
import { fromSelf } from '../switches/config-source.ts'
import { toGrpcLbPolicy } from '../switches/grpc-lb.ts'
import { mergeParts } from '../switches/merge-parts.ts'
import { partsOf } from '../switches/parts-of.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { byEds } from './cluster.ts'

/**
 * Clients report the load of the cluster to this control plane. Its endpoints come by EDS on the same stream.
 * https://github.com/grpc/proposal/blob/master/A27-xds-global-load-balancing.md
 */
export function toGrpcCluster(
  name: string,
  upstream: Upstream,
  { lb: ofFleet, ...fleet }: { readonly lb: LbSettings } & GrpcFleetContext,
  switches: Switches = SWITCHES,
): Cluster {
  const lb = lbOf({ lb: ofFleet }, upstream)
  const upstreams = switches.upstreams.filter(({ appliesTo }) => appliesTo.includes('proxyless'))
  const lbOptions = switches.lbOptions.filter(({ appliesTo }) => appliesTo.includes('proxyless'))
  const base: ClusterParts = {
    name,
    ...(hasAssignment(upstream) && byEds()),
    lrsServer: fromSelf(),
  }
  return create(
    ClusterSchema,
    mergeParts([
      base,
      toGrpcLbPolicy(lb, switches),
      ...partsOf(lbOptions, lb, (one, settings) => one.toCluster?.(settings)),
      ...partsOf(upstreams, upstream, (one, settings) =>
        one.toGrpcCluster === undefined
          ? one.toCluster?.(settings, upstream)
          : one.toGrpcCluster(settings, fleet),
      ),
    ]),
  )
}
