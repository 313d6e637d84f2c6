// The same config with its maps filled in any order, for what must not depend on that order.

import { create, fromJson, type JsonObject, type JsonValue, type Message } from '@bufbuild/protobuf'
import { anyPack, StructSchema } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { EndpointSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_components_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { PolicySchema, RBACSchema as RulesSchema } from '@envoy/xds-protos/envoy/config/rbac/v3/rbac_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ExtAuthzPerRouteSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import {
  JwtAuthenticationSchema,
  JwtProviderSchema,
  JwtRequirementSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import {
  RBACPerRouteSchema,
  RBACSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import * as fc from 'fast-check'
import { createMessageRegistry } from '../../xds-server/snapshot/message-registry.ts'
import { contentVersion } from '../../xds-server/snapshot/version.ts'

/** What the config packs beside the core messages. */
export const SHUFFLED_MESSAGES = createMessageRegistry([
  RulesSchema,
  RBACSchema,
  JwtAuthenticationSchema,
  ExtAuthzPerRouteSchema,
])

/** What a config is made from: names for map keys, and metadata of any shape. */
export interface ConfigModel {
  readonly names: readonly string[]
  readonly metadata: JsonObject
}

export const configModels: fc.Arbitrary<ConfigModel> = fc.record({
  names: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 5 }),
  metadata: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })) as fc.Arbitrary<JsonObject>,
})

/** Resources with a map wherever one can hide: in a list, a oneof, a map, packed, packed within the packed. The seed orders them. */
export function shuffledConfig({ names, metadata }: ConfigModel, seed: string): readonly Message[] {
  const mapOf = <T>(value: (name: string) => T) =>
    shuffle(Object.fromEntries(names.map((name) => [name, value(name)])), seed)
  const struct = shuffleJson(metadata, seed) as JsonObject
  const filterMetadata = mapOf(() => struct)
  const rules = create(RulesSchema, {
    policies: mapOf(() => create(PolicySchema, { permissions: [{ rule: { case: 'any', value: true } }] })),
  })
  const jwt = create(JwtAuthenticationSchema, {
    providers: mapOf((issuer) => create(JwtProviderSchema, { issuer })),
    requirementMap: mapOf((value) =>
      create(JwtRequirementSchema, { requiresType: { case: 'providerName', value } }),
    ),
  })
  const manager = create(HttpConnectionManagerSchema, {
    httpFilters: [
      { configType: { case: 'typedConfig', value: anyPack(JwtAuthenticationSchema, jwt) } },
      { configType: { case: 'typedConfig', value: anyPack(RBACSchema, create(RBACSchema, { rules })) } },
    ],
  })
  const authz = create(ExtAuthzPerRouteSchema, {
    override: { case: 'checkSettings', value: { contextExtensions: mapOf((name) => name) } },
  })
  const perRoute = create(RBACPerRouteSchema, { rbac: { rules } })
  return [
    create(ClusterSchema, {
      name: 'a',
      metadata: { filterMetadata },
      typedExtensionProtocolOptions: mapOf(() => anyPack(RulesSchema, rules)),
      clusterDiscoveryType: {
        case: 'clusterType',
        value: { typedConfig: anyPack(StructSchema, fromJson(StructSchema, struct)) },
      },
    }),
    create(ClusterLoadAssignmentSchema, {
      clusterName: 'a',
      namedEndpoints: mapOf((hostname) => create(EndpointSchema, { hostname })),
      endpoints: [{ lbEndpoints: [{ metadata: { filterMetadata } }] }],
    }),
    create(ListenerSchema, {
      name: 'a',
      filterChains: [
        {
          filters: [
            { configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, manager) } },
          ],
        },
      ],
    }),
    create(RouteConfigurationSchema, {
      name: 'a',
      virtualHosts: [
        { typedPerFilterConfig: mapOf(() => anyPack(RBACPerRouteSchema, perRoute)) },
        { typedPerFilterConfig: { authz: anyPack(ExtAuthzPerRouteSchema, authz) } },
      ],
    }),
  ]
}

function shuffle<T>(entries: Readonly<Record<string, T>>, seed: string): Record<string, T> {
  const place = (key: string) => contentVersion(seed + key)
  return Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => (place(a) < place(b) ? -1 : 1)))
}

function shuffleJson(value: JsonValue, seed: string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => shuffleJson(item, seed))
  if (value === null || typeof value !== 'object') return value
  const inner = Object.entries(value).map(([key, item]) => [key, shuffleJson(item, seed)] as const)
  return shuffle(Object.fromEntries(inner), seed)
}
