// How many Envoys of a fleet run in which locality: zone-aware balancing keeps calls near in the proportion of the two sides.

import { create } from '@bufbuild/protobuf'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { type Static, Type } from 'typebox'
import { LOCAL_CLUSTER } from '../../core/bootstrap-cluster.ts'
import { fleetSwitch } from './attach-points.ts'
import { LOCALITY, localityKey, toLocality } from './locality.ts'
import { NamedMap } from './named-map.ts'
import { facts } from './schema-keywords.ts'

const ENVOY = 'ClusterLoadAssignment.endpoints'

const Entry = Type.Object(
  {
    ...LOCALITY,
    envoys: Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: 'the number of Envoys that run there, 1 to 1000',
      ...facts({ envoy: `${ENVOY}.lb_endpoints`, example: 2 }),
    }),
  },
  {
    additionalProperties: false,
    minProperties: 2,
    description: 'a locality and its Envoys, such as { zone: europe-b, envoys: 2 }',
    ...facts({ envoy: ENVOY, example: { region: 'europe', zone: 'europe-b', envoys: 2 } }),
  },
)
type Located = Readonly<Record<string, Readonly<Static<typeof Entry>>>>

/**
 * `localities` of a fleet: the endpoints of the cluster that `cluster_manager.local_cluster_name` of the bootstrap names. Bootstraps of
 * `yard bootstrap --locality` name it. Envoy only counts these endpoints, so their addresses are made up.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/zone_aware
 */
export const fleetLocalities = fleetSwitch({
  field: 'localities',
  schema: NamedMap(
    Entry,
    'localities with their number of Envoys, by names, such as { near: { zone: europe-b, envoys: 2 } }',
    {
      minProperties: 1,
      envoy: ENVOY,
      example: { near: { zone: 'europe-b', envoys: 2 }, far: { zone: 'asia-a', envoys: 1 } },
    },
  ),
  appliesTo: ['envoy'],
  *problems(localities) {
    const nameOf = new Map<string, string>()
    for (const [name, locality] of Object.entries<Located[string]>(localities)) {
      const twin = nameOf.get(localityKey(locality))
      if (twin !== undefined) {
        yield { steps: [name], message: `is the same locality as ${twin}: add their Envoys up in one` }
      }
      nameOf.set(localityKey(locality), name)
    }
  },
  resources: (localities) => [{ name: LOCAL_CLUSTER, resource: toAssignment(localities) }],
})

function toAssignment(localities: Located) {
  let port = 0
  const endpoints = Object.values(localities)
    .toSorted((a, b) => (localityKey(a) < localityKey(b) ? -1 : 1))
    .map((one) => ({
      locality: toLocality(one),
      lbEndpoints: Array.from({ length: one.envoys }, () => {
        port += 1
        return madeUpEndpoint(port)
      }),
    }))
  return create(ClusterLoadAssignmentSchema, { clusterName: LOCAL_CLUSTER, endpoints })
}

/** An address of the block for documentation (RFC 5737), which leads nowhere. */
function madeUpEndpoint(port: number) {
  const socketAddress = { address: '192.0.2.1', portSpecifier: { case: 'portValue' as const, value: port } }
  const address = { address: { case: 'socketAddress' as const, value: socketAddress } }
  return { hostIdentifier: { case: 'endpoint' as const, value: { address } } }
}
