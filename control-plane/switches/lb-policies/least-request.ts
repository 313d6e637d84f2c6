// Least request: of a few endpoints drawn at random, the one with the fewest calls open.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { LeastRequestSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js'
import { Type } from 'typebox'
import { unsupported } from '../grpc-clients.ts'
import { defineLbPolicy } from '../lb-policy.ts'
import { facts } from '../schema-keywords.ts'
import { SLOW_START, slowStartConfig, slowStartUnknownToGrpc } from '../slow-start.ts'
import { localityLbConfig, ZONE_AWARE, zoneAwareUnknownToGrpc } from '../zone-aware.ts'

/** Envoy's own, which the message need not repeat. */
const ENVOY_BIAS = 1

/** Envoy wants a key for each number that its runtime may change; nothing sets this one. */
const BIAS_KEY = 'switchyard.least_request.active_request_bias'

/**
 * Endpoints of equal weights: the one with the fewest open calls of `choices` that are drawn. Of different weights: turns by
 * weight / (open calls + 1) ^ activeRequestBias, so that 0 looks at the weights alone.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancers#weighted-least-request
 */
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
    // Envoy looks at it only where weights of endpoints differ; alike ones are drawn.
    activeRequestBias: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        default: 1,
        description: 'how much open calls count where weights differ, from 0 (nothing) to 100',
        ...facts({ envoy: 'LeastRequest.active_request_bias', example: 2.5, clients: ['envoy'] }),
      }),
    ),
    ...SLOW_START,
    ...ZONE_AWARE,
  },
  appliesTo: ['envoy', 'proxyless'],
  // https://github.com/grpc/proposal/blob/master/A48-xds-least-request-lb-policy.md
  grpcClients: ['go', 'java'],
  unsupportedBy: ({ activeRequestBias, ...written }) => [
    ...slowStartUnknownToGrpc(written),
    ...zoneAwareUnknownToGrpc(written),
    ...(activeRequestBias === undefined
      ? []
      : unsupported('a bias by open calls', { steps: ['activeRequestBias'] }, ['go', 'java'])),
  ],
  messages: [LeastRequestSchema],
  toExtension: ({ choices, activeRequestBias, slowStart, zoneAware }, context) =>
    anyPack(
      LeastRequestSchema,
      create(LeastRequestSchema, {
        choiceCount: choices,
        ...(activeRequestBias !== ENVOY_BIAS && {
          activeRequestBias: { defaultValue: activeRequestBias, runtimeKey: BIAS_KEY },
        }),
        ...slowStartConfig(slowStart),
        ...localityLbConfig(zoneAware, context),
      }),
    ),
})
