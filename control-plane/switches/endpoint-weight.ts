// The share of calls that an endpoint gets.

import { Type } from 'typebox'
import { endpointSwitch } from './attach-points.ts'
import { unsupported } from './grpc-clients.ts'
import { facts } from './schema-keywords.ts'

/** `weight` of an endpoint: `LbEndpoint.load_balancing_weight`. */
export const endpointWeight = endpointSwitch({
  field: 'weight',
  schema: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 1,
    description: 'a share of the calls, a whole number from 1 to 1000000',
    ...facts({ envoy: 'LbEndpoint.load_balancing_weight', example: 2 }),
  }),
  appliesTo: ['envoy', 'proxyless'],
  // https://github.com/grpc/proposal/blob/master/A42-xds-ring-hash-lb-policy.md
  unsupportedBy: (weight, { policy }) =>
    weight === 1 || policy === 'ring_hash' ? [] : unsupported(`the weight of an endpoint under ${policy}`),
  toLbEndpoint: (weight) => ({ loadBalancingWeight: weight }),
})
