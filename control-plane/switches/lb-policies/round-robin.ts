// Round robin: every endpoint in its turn, as often as its weight says.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Cluster_LbPolicy } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { RoundRobinSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js'
import { defineLbPolicy } from '../lb-policy.ts'
import { SLOW_START, slowStartConfig, slowStartUnknownToGrpc } from '../slow-start.ts'
import { localityLbConfig, ZONE_AWARE, zoneAwareUnknownToGrpc } from '../zone-aware.ts'

export const roundRobin = defineLbPolicy({
  name: 'round_robin',
  summary: 'Every endpoint in its turn, as often as its weight says.',
  options: { ...SLOW_START, ...ZONE_AWARE },
  appliesTo: ['envoy', 'proxyless'],
  unsupportedBy: (written) => [...slowStartUnknownToGrpc(written), ...zoneAwareUnknownToGrpc(written)],
  messages: [RoundRobinSchema],
  toGrpcCluster: () => ({ lbPolicy: Cluster_LbPolicy.ROUND_ROBIN }),
  toExtension: ({ slowStart, zoneAware }, context) =>
    anyPack(
      RoundRobinSchema,
      create(RoundRobinSchema, { ...slowStartConfig(slowStart), ...localityLbConfig(zoneAware, context) }),
    ),
})
