// Load balancing as gRPC clients take it: the policy that a person chose, and one that every client has instead.

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import {
  Cluster_LbPolicy,
  type LoadBalancingPolicy,
  LoadBalancingPolicySchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { RoundRobinSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js'
import { WrrLocalitySchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality_pb.js'
import type { ClusterParts } from './attach-points.ts'
import type { LbContext } from './lb-context.ts'
import { roundRobin } from './lb-policies/round-robin.ts'
import { type LbLists, type LbSettings, policyOf, withDefaults } from './lb-policies.ts'

/** What the lists below pack, beside the policies themselves. */
export const GRPC_LB_MESSAGES = [RoundRobinSchema, WrrLocalitySchema] as const

/**
 * Round robin and ring hash are in every client, as `Cluster.lb_policy`. A policy that no client knows is round robin. Of all others, a client takes the first policy of
 * `Cluster.load_balancing_policy` that it knows, and NACKs a cluster without one. A policy that does not look at localities is packed
 * into `wrr_locality`, so that the weights of localities hold; `Cluster.lb_policy` does that for round robin.
 * https://github.com/grpc/proposal/blob/master/A52-xds-custom-lb-policies.md
 *
 * `@grpc/grpc-js-xds` does not know `wrr_locality` in a list (seen with 1.14), so the policy follows by itself.
 */
export function toGrpcLbPolicy(settings: LbSettings, lists?: LbLists): ClusterParts {
  const policy = policyOf(settings, lists)
  if (!policy.appliesTo.includes('proxyless')) return { lbPolicy: Cluster_LbPolicy.ROUND_ROBIN }
  const options = withDefaults(settings, lists)
  if (policy.toGrpcCluster !== undefined) return policy.toGrpcCluster(options)
  const chosen = policy.toGrpcExtension?.(options) ?? policy.toExtension(options, NO_LOCALITIES)
  const own: Entry = [policy.name, chosen]
  const fallback: Entry = [roundRobin.name, anyPack(RoundRobinSchema, create(RoundRobinSchema))]
  if (policy.knowsLocalities) return { loadBalancingPolicy: listOf(own, fallback) }
  const endpointPickingPolicy = listOf(own, fallback)
  const byLocality = anyPack(WrrLocalitySchema, create(WrrLocalitySchema, { endpointPickingPolicy }))
  return { loadBalancingPolicy: listOf(['wrr_locality', byLocality], own, fallback) }
}

/** Localities are a matter of `wrr_locality`, not of the message of a policy. */
const NO_LOCALITIES: LbContext = { weighsLocalities: false, writesWeights: false }

type Entry = readonly [name: string, typedConfig: Any]

function listOf(...entries: readonly Entry[]): LoadBalancingPolicy {
  return create(LoadBalancingPolicySchema, {
    policies: entries.map(([name, typedConfig]) => ({
      typedExtensionConfig: { name: `envoy.load_balancing_policies.${name}`, typedConfig },
    })),
  })
}
