// The shares of calls that the localities of an upstream get.

import { Type } from 'typebox'
import { type EndpointGroup, upstreamSwitch } from './attach-points.ts'
import { LOCALITY, type Locality, localityKey } from './locality.ts'
import { NamedMap } from './named-map.ts'
import { facts } from './schema-keywords.ts'

const ENTRY = Type.Object(
  {
    ...LOCALITY,
    weight: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: 'a share of the calls, a whole number from 1 to 1000000, or 0 for no calls',
      ...facts({ envoy: 'LocalityLbEndpoints.load_balancing_weight', example: 80 }),
    }),
  },
  {
    additionalProperties: false,
    minProperties: 2,
    description: 'a locality and its weight, such as { zone: europe-b, weight: 80 }',
    ...facts({ example: { region: 'europe', zone: 'europe-b', weight: 80 } }),
  },
)

/**
 * `localities` of an upstream: `LocalityLbEndpoints.load_balancing_weight`. A locality that is not in the map weighs as much as
 * its endpoints together, so that each endpoint gets the share that it would get without localities.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/locality_weight
 */
export const localityWeights = upstreamSwitch({
  field: 'localities',
  schema: NamedMap(
    ENTRY,
    'localities with weights, by names, such as { near: { zone: europe-b, weight: 80 } }',
    {
      default: {},
      envoy: 'LocalityLbEndpoints.load_balancing_weight',
      example: { near: { zone: 'europe-b', weight: 80 }, far: { zone: 'asia-a', weight: 20 } },
    },
  ),
  appliesTo: ['envoy', 'proxyless'],
  toLocalityLbEndpoints(localities, group) {
    const weight = weightOf(localities, group)
    // Envoy and gRPC clients take a locality without a weight for one that gets no calls, and Envoy NACKs a weight of 0.
    return weight === 0 ? {} : { loadBalancingWeight: weight }
  },
})

type Weighted = Readonly<Record<string, Locality & { readonly weight: number }>>

/** The weight of a group: its locality's own, else that of its endpoints together. */
export function weightOf(
  localities: Weighted,
  { locality, weight }: Pick<EndpointGroup, 'locality' | 'weight'>,
) {
  if (locality === undefined) return weight
  const key = localityKey(locality)
  return Object.values(localities).find((one) => localityKey(one) === key)?.weight ?? weight
}
