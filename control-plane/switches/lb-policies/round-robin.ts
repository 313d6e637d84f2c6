// Round robin: every endpoint in its turn, as often as its weight says.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Cluster_LbPolicy } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { RoundRobinSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js'
import { defineLbPolicy } from '../lb-policy.ts'
import { localityLbConfig } from '../locality-lb-config.ts'
import { SLOW_START, slowStartConfig, slowStartUnknownToGrpc } from '../slow-start.ts'

export const roundRobin = defineLbPolicy({
  name: 'round_robin',
  summary: 'Every endpoint in its turn, as often as its weight says.',
  options: SLOW_START,
  appliesTo: ['envoy', 'proxyless'],
  unsupportedBy: slowStartUnknownToGrpc,
  messages: [RoundRobinSchema],
  toGrpcCluster: () => ({ lbPolicy: Cluster_LbPolicy.ROUND_ROBIN }),
  toExtension: ({ slowStart }, context) =>
    anyPack(
      RoundRobinSchema,
      create(RoundRobinSchema, { ...slowStartConfig(slowStart), ...localityLbConfig(context) }),
    ),
})
