// The xDS resource types: their type URLs, their push order on an aggregated stream, and their protocol rules.

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

/**
 * The type URL of a message type.
 *
 * @example
 * ```ts
 * import { typeUrlOf } from 'switchyard'
 * import { RuntimeSchema } from 'switchyard/protos/envoy/service/runtime/v3/rtds_pb.js'
 *
 * typeUrlOf(RuntimeSchema) // 'type.googleapis.com/envoy.service.runtime.v3.Runtime'
 * ```
 */
export function typeUrlOf(schema: DescMessage): string {
  return PREFIX + schema.typeName
}

/**
 * The type URL of clusters (CDS).
 *
 * @example
 * ```ts
 * import { CLUSTER } from 'switchyard'
 *
 * cache.updateSnapshot('edge', { remove: [{ typeUrl: CLUSTER, name: 'old' }] })
 * ```
 */
export const CLUSTER = typeUrlOf(ClusterSchema)
/**
 * The type URL of the assignments of endpoints to clusters (EDS).
 *
 * @example
 * ```ts
 * import { ENDPOINT } from 'switchyard'
 *
 * console.log(cache.nodeStatus('edge', 'edge-1').types[ENDPOINT]?.ackedVersion)
 * ```
 */
export const ENDPOINT = typeUrlOf(ClusterLoadAssignmentSchema)
export const EXTENSION_CONFIG = typeUrlOf(TypedExtensionConfigSchema)
/**
 * The type URL of listeners (LDS).
 *
 * @example
 * ```ts
 * import { LISTENER } from 'switchyard'
 *
 * const started = cache.status('edge').filter(({ types }) => types[LISTENER]?.state === 'SYNCED')
 * ```
 */
export const LISTENER = typeUrlOf(ListenerSchema)
/**
 * The type URL of route configurations (RDS).
 *
 * @example
 * ```ts
 * import { ROUTE } from 'switchyard'
 *
 * cache.updateSnapshot('edge', { upsert: [routes], remove: [{ typeUrl: ROUTE, name: 'old' }] })
 * ```
 */
export const ROUTE = typeUrlOf(RouteConfigurationSchema)
export const RUNTIME = typeUrlOf(RuntimeSchema)
export const SCOPED_ROUTE = typeUrlOf(ScopedRouteConfigurationSchema)
/**
 * The type URL of secrets (SDS).
 *
 * @example
 * ```ts
 * import { SECRET } from 'switchyard'
 *
 * const pinned = { external: { [SECRET]: ['bootstrap-ca'] } }
 * ```
 */
export const SECRET = typeUrlOf(SecretSchema)
export const VIRTUAL_HOST = typeUrlOf(VirtualHostSchema)

/**
 * The stages of a push on an aggregated stream: a stage starts when the client has ACKed all earlier ones. `dependencies` are what
 * listeners and routes need: clusters, endpoints, secrets and the like. `filters` are configurations of filters (ECDS), which name
 * clusters and secrets as listeners do. Removals of both come after all stages.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations
 */
export const STAGES = ['dependencies', 'filters', 'listeners', 'scopes', 'routes', 'virtual-hosts'] as const
export type Stage = (typeof STAGES)[number]

const STAGE_NUMBERS = Object.fromEntries(STAGES.map((stage, at) => [stage, at])) as Record<Stage, number>

/** The place of a type's stage among the stages. */
export function stageOf({ stage }: Pick<ResourceType, 'stage'>): number {
  return STAGE_NUMBERS[stage]
}

/** Whether listeners and routes use resources of the type, which then are removed after all stages. */
export function isUsedByListeners({ stage }: Pick<ResourceType, 'stage'>): boolean {
  return stage === 'dependencies' || stage === 'filters'
}

export interface ResourceType {
  readonly typeUrl: string
  /** The message. Undefined for a type that Switchyard carries without knowing it. */
  readonly schema?: DescMessage
  readonly stage: Stage
  /** Its place in the push order. */
  readonly order: number
  /**
   * A first request without names is a wildcard. Envoy asks for clusters, listeners, scoped routes and virtual hosts in this legacy
   * form.
   */
  readonly legacyWildcard: boolean
  /**
   * A SotW response carries all subscribed resources, and the client deletes what it leaves out.
   * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#grouping-resources-into-responses
   */
  readonly fullStateInSotw: boolean
  /** Envoy keeps a resource that it NACKs, and NACKs every other one of the type until that is replaced. */
  readonly keepsNacked?: true
}

function resourceType(schema: DescMessage, stage: Stage, order: number, isFullState = false): ResourceType {
  return {
    typeUrl: typeUrlOf(schema),
    schema,
    stage,
    order,
    legacyWildcard: isFullState,
    fullStateInSotw: isFullState,
  }
}

const KNOWN_TYPES: ReadonlyMap<string, ResourceType> = new Map(
  [
    resourceType(SecretSchema, 'dependencies', 0),
    resourceType(ClusterSchema, 'dependencies', 1, true),
    resourceType(ClusterLoadAssignmentSchema, 'dependencies', 2),
    { ...resourceType(RuntimeSchema, 'dependencies', 3), keepsNacked: true as const },
    resourceType(TypedExtensionConfigSchema, 'filters', 4),
    resourceType(ListenerSchema, 'listeners', 5, true),
    resourceType(ScopedRouteConfigurationSchema, 'scopes', 6, true),
    resourceType(RouteConfigurationSchema, 'routes', 7),
    { ...resourceType(VirtualHostSchema, 'virtual-hosts', 8), legacyWildcard: true },
  ].map((type) => [type.typeUrl, type]),
)

/** The rules of a type. An unknown type is pushed in the first stage and has no legacy wildcard. */
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

/** The last part of a type URL: `Cluster`. */
export function describeType(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}

/**
 * A type URL with the host that xDS uses. Only the part after the last slash names the type, so another host makes no difference.
 * A text without a slash is no type URL, and stays as it is. https://protobuf.dev/programming-guides/proto3/#any
 */
export function canonicalTypeUrl(typeUrl: string): string {
  const slash = typeUrl.lastIndexOf('/')
  return slash === -1 ? typeUrl : PREFIX + typeUrl.slice(slash + 1)
}

/** True for `type.googleapis.com/` and a full message name. */
export function isTypeUrl(text: string): boolean {
  return KNOWN_TYPES.has(text) || /^type\.googleapis\.com\/[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(text)
}
