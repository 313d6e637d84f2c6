// Resources as the JSON form of their protos, with packed messages expanded.

import { createRegistry, type Message, toJson } from '@bufbuild/protobuf'
import {
  ClusterSchema,
  LoadBalancingPolicySchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ExtAuthzSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import { HeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import { ConfigSchema as HeaderToMetadataSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js'
import { JwtAuthenticationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import { LuaSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/lua/v3/lua_pb.js'
import { RBACSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { TlsInspectorSchema } from '@envoy/xds-protos/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { LeastRequestSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js'
import { MaglevSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js'
import { RandomSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/random/v3/random_pb.js'
import { RingHashSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js'
import { RoundRobinSchema } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'

const registry = createRegistry(
  ClusterSchema,
  LoadBalancingPolicySchema,
  ClusterLoadAssignmentSchema,
  ListenerSchema,
  RouteConfigurationSchema,
  ExtAuthzSchema,
  HeaderMutationSchema,
  LuaSchema,
  HeaderToMetadataSchema,
  JwtAuthenticationSchema,
  RBACSchema,
  RouterSchema,
  HttpConnectionManagerSchema,
  TcpProxySchema,
  LeastRequestSchema,
  MaglevSchema,
  RandomSchema,
  RingHashSchema,
  RoundRobinSchema,
  HttpProtocolOptionsSchema,
  SecretSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
  TlsInspectorSchema,
)

/** The message in proto JSON (lowerCamelCase). @throws for a type that is not listed here */
export function resourceJson(message: Message): Record<string, unknown> {
  const schema = registry.getMessage(message.$typeName)
  if (schema === undefined) throw new Error(`${message.$typeName} is not listed in ${import.meta.filename}`)
  return toJson(schema, message, { registry }) as Record<string, unknown>
}
