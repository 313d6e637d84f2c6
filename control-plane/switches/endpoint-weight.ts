// The share of calls that an endpoint gets.

import { Type } from 'typebox'
import { endpointSwitch } from './attach-points.ts'
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
  toLbEndpoint: (weight) => ({ loadBalancingWeight: weight }),
})
