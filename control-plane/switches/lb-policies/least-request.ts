// Least request: of a few endpoints drawn at random, the one with the fewest calls open.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { LeastRequestSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js'
import { Type } from 'typebox'
import { defineLbPolicy } from '../lb-policy.ts'
import { localityLbConfig } from '../locality-lb-config.ts'
import { facts } from '../schema-keywords.ts'
import { SLOW_START, slowStartConfig, slowStartUnknownToGrpc } from '../slow-start.ts'

export const leastRequest = defineLbPolicy({
  name: 'least_request',
  summary: 'Of a few endpoints drawn at random, the one with the fewest calls open.',
  options: {
    choices: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 1000,
        default: 2,
        description: 'a number of endpoints to draw, 2 to 1000',
        ...facts({ envoy: 'LeastRequest.choice_count', example: 3 }),
      }),
    ),
    ...SLOW_START,
  },
  appliesTo: ['envoy', 'proxyless'],
  // https://github.com/grpc/proposal/blob/master/A48-xds-least-request-lb-policy.md
  grpcClients: ['go', 'java'],
  unsupportedBy: slowStartUnknownToGrpc,
  messages: [LeastRequestSchema],
  toExtension: ({ choices, slowStart }, context) =>
    anyPack(
      LeastRequestSchema,
      create(LeastRequestSchema, {
        choiceCount: choices,
        ...slowStartConfig(slowStart),
        ...localityLbConfig(context),
      }),
    ),
})
