// The resource types that xDS carries: their type URLs, the order in which an aggregated stream pushes them, and their protocol rules.

import type { DescMessage } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'

const PREFIX = 'type.googleapis.com/'

/** The type URL of a message type. */
export function typeUrlOf(schema: DescMessage): string {
  return PREFIX + schema.typeName
}

export const CLUSTER = typeUrlOf(ClusterSchema)
export const ENDPOINT = typeUrlOf(ClusterLoadAssignmentSchema)
export const LISTENER = typeUrlOf(ListenerSchema)
export const ROUTE = typeUrlOf(RouteConfigurationSchema)
export const SECRET = typeUrlOf(SecretSchema)

/**
 * When a push of a type may follow on an aggregated stream: after all of an earlier stage is ACKed. Removals of `supply` come last.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations
 */
export const STAGES = ['dependencies', 'listeners', 'routes', 'virtual-hosts'] as const
export type Stage = (typeof STAGES)[number]

export interface ResourceType {
  readonly typeUrl: string
  /** The message; absent for a type that Switchyard only carries. */
  readonly schema?: DescMessage
  readonly stage: Stage
  /** Place among the types of its stage. */
  readonly order: number
  /** A first request without names asks for everything: only so for listeners and clusters. */
  readonly legacyWildcard: boolean
  /** A state-of-the-world response carries all that is subscribed, and what it leaves out is deleted. */
  readonly fullStateInSotw: boolean
}

function resourceType(schema: DescMessage, stage: Stage, order: number, whole = false): ResourceType {
  return { typeUrl: typeUrlOf(schema), schema, stage, order, legacyWildcard: whole, fullStateInSotw: whole }
}

const KNOWN_TYPES: ReadonlyMap<string, ResourceType> = new Map(
  [
    resourceType(SecretSchema, 'dependencies', 0),
    resourceType(ClusterSchema, 'dependencies', 1, true),
    resourceType(ClusterLoadAssignmentSchema, 'dependencies', 2),
    resourceType(TypedExtensionConfigSchema, 'dependencies', 3),
    resourceType(RuntimeSchema, 'dependencies', 3),
    resourceType(ListenerSchema, 'listeners', 4, true),
    resourceType(ScopedRouteConfigurationSchema, 'routes', 5),
    resourceType(RouteConfigurationSchema, 'routes', 6),
    resourceType(VirtualHostSchema, 'virtual-hosts', 7),
  ].map((type) => [type.typeUrl, type]),
)

/** The rules of a type; a type that is not known is pushed with the supply and has no wildcard of its own. */
export function resourceTypeOf(typeUrl: string): ResourceType {
  return (
    KNOWN_TYPES.get(typeUrl) ?? {
      typeUrl,
      stage: 'dependencies',
      order: 3,
      legacyWildcard: false,
      fullStateInSotw: false,
    }
  )
}

/** True for `type.googleapis.com/` and a full message name. */
export function isTypeUrl(text: string): boolean {
  return /^type\.googleapis\.com\/[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(text)
}
