// The messages that travel packed inside resources (`google.protobuf.Any`) and that the server can look into.

import { createRegistry, type DescFile, type DescMessage, type Registry } from '@bufbuild/protobuf'
import { StructSchema } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'

/**
 * The messages that a server knows when it meets them packed: it gives them one encoding for equal content, spells them out in
 * JSON, and hides what their protos mark as sensitive. It is a value that never changes; `createMessageRegistry` makes one.
 *
 * @example
 * ```ts
 * import { toJson } from '@bufbuild/protobuf'
 * import { createMessageRegistry, type MessageRegistry } from 'switchyard'
 * import { ListenerSchema } from 'switchyard/protos/envoy/config/listener/v3/listener_pb.js'
 *
 * const messages: MessageRegistry = createMessageRegistry()
 * console.log(toJson(ListenerSchema, listener, { registry: messages.registry }))
 * ```
 */
export interface MessageRegistry {
  /** The same for protobuf-es, as `toJson` takes it. */
  readonly registry: Registry
  /**
   * What happens to a packed message of an unknown type. `keep` carries its bytes as they are, and its maps then decide about
   * versions by the order in which they were filled. `reject` throws.
   */
  readonly unknown: 'keep' | 'reject'
  /** The schema behind a type URL; undefined for an unknown type. */
  schemaOf(typeUrl: string): DescMessage | undefined
}

/** The resource types, and the messages that the server itself looks into for references. */
const CORE: readonly DescMessage[] = [
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  ListenerSchema,
  RouteConfigurationSchema,
  ScopedRouteConfigurationSchema,
  VirtualHostSchema,
  SecretSchema,
  RuntimeSchema,
  TypedExtensionConfigSchema,
  ClusterConfigSchema,
  HttpConnectionManagerSchema,
  HttpProtocolOptionsSchema,
  TcpProxySchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  StructSchema,
]

/**
 * The core messages and those that are given, each with the other messages of its file and with what that file imports.
 * @param options.unknown default `keep`
 *
 * @example
 * ```ts
 * import { createMessageRegistry, SnapshotCache } from 'switchyard'
 * import { RBACSchema } from 'switchyard/protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
 * import { RouterSchema } from 'switchyard/protos/envoy/extensions/filters/http/router/v3/router_pb.js'
 *
 * const messages = createMessageRegistry([RouterSchema, RBACSchema], { unknown: 'reject' })
 * const strict = new SnapshotCache({ messages })
 * ```
 */
export function createMessageRegistry(
  messages: Iterable<DescMessage> = [],
  options: { readonly unknown?: MessageRegistry['unknown'] } = {},
): MessageRegistry {
  const registry = createRegistry(...withImports([...CORE, ...messages].map(({ file }) => file)))
  return {
    registry,
    unknown: options.unknown ?? 'keep',
    schemaOf: (typeUrl) => registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1)),
  }
}

function withImports(first: readonly DescFile[]): DescFile[] {
  const files = new Set<DescFile>()
  const pending = [...first]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (files.has(next)) continue
    files.add(next)
    pending.push(...next.dependencies)
  }
  return [...files]
}

/** What a server knows that was given no other messages. */
export const CORE_MESSAGES: MessageRegistry = createMessageRegistry()
