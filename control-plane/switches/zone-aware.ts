// Zone awareness: calls stay in the locality of their Envoy as far as its endpoints can take the share of its callers.

import { type Static, Type } from 'typebox'
import { inEffect } from './defaults.ts'
import { unsupported } from './grpc-clients.ts'
import type { LbContext } from './lb-context.ts'
import { facts } from './schema-keywords.ts'

const MESSAGE = 'LocalityLbConfig.zone_aware_lb_config'

/**
 * `lb.zoneAware` of the policies that have it in Envoy: round robin, least request and random. It compares the share of the Envoys of the
 * fleet that run in a locality (`localities` of the fleet, `yard bootstrap --locality`) with that of the endpoints: if the endpoints
 * there are at least as many, all calls stay; if they are fewer, their share of the calls stays. It looks at the first priority only.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/zone_aware
 */
const ZoneAware = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    minClusterSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 6,
        description: 'the number of endpoints from which on calls stay near, 1 to 1000000',
        ...facts({ envoy: `${MESSAGE}.min_cluster_size`, example: 3 }),
      }),
    ),
    routing: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        default: 100,
        description: 'a percentage of the calls that may stay near, 0 to 100; the others go anywhere',
        ...facts({ envoy: `${MESSAGE}.routing_enabled`, example: 50 }),
      }),
    ),
    failOnPanic: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether calls fail below panicThreshold, instead of going to endpoints that are not healthy',
        ...facts({ envoy: `${MESSAGE}.fail_traffic_on_panic` }),
      }),
    ),
    minLocal: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          'the number of healthy endpoints in the locality of an Envoy from which on all of its calls stay there, whatever the shares are, 1 to 1000000',
        ...facts({ envoy: `${MESSAGE}.force_local_zone.min_size`, example: 2 }),
      }),
    ),
  },
  {
    additionalProperties: false,
    default: { enabled: false },
    description: 'zone awareness such as { enabled: true, minClusterSize: 6 }',
    ...facts({
      envoy: 'RoundRobin.locality_lb_config.zone_aware_lb_config',
      example: { enabled: true, minClusterSize: 3 },
      clients: ['envoy'],
    }),
  },
)

type Written = Readonly<Static<typeof ZoneAware>>

/** The option of a policy. */
export const ZONE_AWARE = { zoneAware: Type.Optional(ZoneAware) }

/**
 * `locality_lb_config` of round robin, least request and random: zone awareness, or the weights of localities. Envoy has one of
 * the two, and without these fields it ignores the weights.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/locality_weight
 */
export function localityLbConfig(written: Written, { weighsLocalities, writesWeights }: LbContext) {
  if (written.enabled && !writesWeights) {
    const { minClusterSize, routing, failOnPanic, minLocal } = inEffect(
      ZoneAware,
      written,
    ) as Required<Written>
    const value = {
      routingEnabled: { value: routing },
      minClusterSize: BigInt(minClusterSize),
      failTrafficOnPanic: failOnPanic,
      ...(minLocal !== undefined && { forceLocalZone: { minSize: minLocal } }),
    }
    return {
      localityLbConfig: { localityConfigSpecifier: { case: 'zoneAwareLbConfig' as const, value } },
    }
  }
  return weighsLocalities
    ? {
        localityLbConfig: {
          localityConfigSpecifier: { case: 'localityWeightedLbConfig' as const, value: {} },
        },
      }
    : {}
}

/** gRPC clients have no locality of their own that a policy compares. */
export function zoneAwareUnknownToGrpc({ zoneAware }: { readonly zoneAware?: Written }) {
  return zoneAware?.enabled ? unsupported('zone awareness', { steps: ['zoneAware'] }) : []
}
