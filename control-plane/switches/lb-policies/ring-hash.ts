// Ring hash: calls with an equal header go to one endpoint, and few of them move when an endpoint comes or goes.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Cluster_LbPolicy } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { RingHashSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js'
import { Type } from 'typebox'
import { unsupported } from '../grpc-clients.ts'
import { HashOnSchema } from '../hash-on.ts'
import {
  HASH_MESSAGES,
  hashesUnknownToEnvoy,
  hashesUnknownToGrpc,
  hashProblems,
  withoutHashedQueries,
} from '../hash-policies.ts'
import { defineLbPolicy } from '../lb-policy.ts'
import { localityWeightedLbConfig } from '../locality-lb-config.ts'
import { facts } from '../schema-keywords.ts'

/** Envoy's own limit. */
const MAX_RING_SIZE = 8_388_608

/** gRPC's cap unless the program raises it: https://github.com/grpc/proposal/blob/master/A42-xds-ring-hash-lb-policy.md */
const GRPC_RING_SIZE_CAP = 4096

export const ringHash = defineLbPolicy({
  name: 'ring_hash',
  summary: 'Calls with an equal header go to one endpoint; few move when an endpoint comes or goes.',
  options: {
    hashOn: Type.Optional(HashOnSchema),
    minimumRingSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_RING_SIZE,
        default: 1024,
        description: `a number of points on the ring, 1 to ${MAX_RING_SIZE}`,
        ...facts({ envoy: 'RingHash.minimum_ring_size', example: 4096 }),
      }),
    ),
  },
  appliesTo: ['envoy', 'proxyless'],
  unsupportedBy: ({ minimumRingSize = 1024, ...written }) => [
    ...hashesUnknownToGrpc(written),
    ...(minimumRingSize > GRPC_RING_SIZE_CAP
      ? unsupported(`a ring of more than ${GRPC_RING_SIZE_CAP} points`, {
          unless: "the program raises gRPC's cap",
        })
      : []),
  ],
  messages: [RingHashSchema, ...HASH_MESSAGES],
  problems: hashProblems,
  toExtension: ({ minimumRingSize }, context) =>
    anyPack(
      RingHashSchema,
      create(RingHashSchema, {
        minimumRingSize: BigInt(minimumRingSize),
        ...localityWeightedLbConfig(context),
      }),
    ),
  // Not as an entry of a list: `@grpc/grpc-js-xds` NACKs a RingHash message with a size (seen with 1.14).
  toGrpcCluster: ({ minimumRingSize }) => ({
    lbPolicy: Cluster_LbPolicy.RING_HASH,
    lbConfig: {
      case: 'ringHashLbConfig',
      value: { minimumRingSize: BigInt(minimumRingSize) },
    },
  }),
  unsupportedByEnvoy: hashesUnknownToEnvoy,
  hashOn: ({ hashOn }) => hashOn,
  toHttpProtocolOptions: ({ hashOn }) => withoutHashedQueries(hashOn),
})
