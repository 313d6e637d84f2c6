// An upstream of upstreams: calls go to the first that has a healthy endpoint.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { ClusterProvidedSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/cluster_provided/v3/cluster_provided_pb.js'
import { Type } from 'typebox'
import { type ClusterParts, upstreamSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/**
 * `aggregate` of an upstream, instead of `endpoints`. Endpoints, policy, health checks and TLS are those of the upstreams that
 * it names. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/aggregate_cluster,
 * https://github.com/grpc/proposal/blob/master/A37-xds-aggregate-and-logical-dns-clusters.md
 */
export const aggregate = upstreamSwitch({
  field: 'aggregate',
  schema: Type.Array(
    Type.String({ description: 'the name of an upstream', ...facts({ example: 'echo-backup' }) }),
    {
      minItems: 1,
      uniqueItems: true,
      description: 'a list of upstreams, the preferred one first, each once, such as [echo, echo-backup]',
      ...facts({ envoy: 'ClusterConfig.clusters', example: ['echo', 'echo-backup'] }),
    },
  ),
  appliesTo: ['envoy', 'proxyless'],
  messages: [ClusterConfigSchema, ClusterProvidedSchema],
  references: (names) => names.map((name, index) => ({ steps: [String(index)], to: 'upstreams', name })),
  toCluster: (names) => toDiscovery(names),
  toGrpcCluster: (names) => toDiscovery(names),
})

function toDiscovery(names: readonly string[]): ClusterParts {
  const config = create(ClusterConfigSchema, { clusters: [...names] })
  return {
    clusterDiscoveryType: {
      case: 'clusterType',
      value: { name: 'envoy.clusters.aggregate', typedConfig: anyPack(ClusterConfigSchema, config) },
    },
  }
}

/** Envoy rejects another policy for an aggregate cluster: the policies of the clusters in it count. gRPC clients reject this one. */
export function clusterProvidedPolicy(): NonNullable<ClusterParts['loadBalancingPolicy']> {
  const typedConfig = anyPack(ClusterProvidedSchema, create(ClusterProvidedSchema))
  const name = 'envoy.load_balancing_policies.cluster_provided'
  return { policies: [{ typedExtensionConfig: { name, typedConfig } }] }
}
