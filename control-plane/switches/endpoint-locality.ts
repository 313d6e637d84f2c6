// The locality of an endpoint: endpoints of one locality get its share of the calls together.

import { Type } from 'typebox'
import { endpointSwitch } from './attach-points.ts'
import { LOCALITY, toLocality } from './locality.ts'
import { facts } from './schema-keywords.ts'

/**
 * `locality` of an endpoint: `LocalityLbEndpoints.locality`. A locality alone changes nobody's share of the calls: `localities` of
 * the upstream weighs them, and `priority` says which come first.
 */
export const endpointLocality = endpointSwitch({
  field: 'locality',
  schema: Type.Object(LOCALITY, {
    additionalProperties: false,
    minProperties: 1,
    description: 'a locality such as { region: europe, zone: europe-b }',
    ...facts({
      envoy: 'LocalityLbEndpoints.locality',
      example: { region: 'europe', zone: 'europe-b' },
    }),
  }),
  appliesTo: ['envoy', 'proxyless'],
  toLocalityLbEndpoints: (locality) => ({ locality: toLocality(locality) }),
})
