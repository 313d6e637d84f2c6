// The messages that travel packed inside resources and that Switchyard can look into.

import { createRegistry, type DescFile, type DescMessage } from '@bufbuild/protobuf'
import { file_envoy_config_cluster_v3_cluster as cluster } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { file_envoy_config_endpoint_v3_endpoint as endpoint } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { file_envoy_config_listener_v3_listener as listener } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { file_envoy_extensions_access_loggers_file_v3_file as fileAccessLog } from '@envoy/xds-protos/envoy/extensions/access_loggers/file/v3/file_pb.js'
import { file_envoy_extensions_access_loggers_stream_v3_stream as streamAccessLog } from '@envoy/xds-protos/envoy/extensions/access_loggers/stream/v3/stream_pb.js'
import { file_envoy_extensions_filters_http_ext_authz_v3_ext_authz as extAuthz } from '@envoy/xds-protos/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js'
import { file_envoy_extensions_filters_http_header_mutation_v3_header_mutation as headerMutation } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import { file_envoy_extensions_filters_http_header_to_metadata_v3_header_to_metadata as headerToMetadata } from '@envoy/xds-protos/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js'
import { file_envoy_extensions_filters_http_jwt_authn_v3_config as jwtAuthn } from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import { file_envoy_extensions_filters_http_local_ratelimit_v3_local_rate_limit as localRateLimit } from '@envoy/xds-protos/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.js'
import { file_envoy_extensions_filters_http_lua_v3_lua as lua } from '@envoy/xds-protos/envoy/extensions/filters/http/lua/v3/lua_pb.js'
import { file_envoy_extensions_filters_http_rbac_v3_rbac as httpRbac } from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import { file_envoy_extensions_filters_http_router_v3_router as router } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector as tlsInspector } from '@envoy/xds-protos/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager as httpConnectionManager } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { file_envoy_extensions_filters_network_tcp_proxy_v3_tcp_proxy as tcpProxy } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { file_envoy_extensions_load_balancing_policies_least_request_v3_least_request as leastRequest } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js'
import { file_envoy_extensions_load_balancing_policies_maglev_v3_maglev as maglev } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js'
import { file_envoy_extensions_load_balancing_policies_random_v3_random as random } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/random/v3/random_pb.js'
import { file_envoy_extensions_load_balancing_policies_ring_hash_v3_ring_hash as ringHash } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js'
import { file_envoy_extensions_load_balancing_policies_round_robin_v3_round_robin as roundRobin } from '@envoy/xds-protos/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js'
import { file_envoy_extensions_transport_sockets_tls_v3_tls as tls } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { file_envoy_extensions_upstreams_http_v3_http_protocol_options as httpProtocolOptions } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { file_envoy_service_runtime_v3_rtds as runtime } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'

// A file brings what it imports.
const FILES: readonly DescFile[] = [
  cluster,
  endpoint,
  listener,
  fileAccessLog,
  streamAccessLog,
  extAuthz,
  headerMutation,
  headerToMetadata,
  jwtAuthn,
  localRateLimit,
  lua,
  httpRbac,
  httpConnectionManager,
  tcpProxy,
  router,
  leastRequest,
  maglev,
  random,
  ringHash,
  roundRobin,
  tls,
  tlsInspector,
  httpProtocolOptions,
  runtime,
]

export const messageRegistry = createRegistry(...FILES.flatMap(withImports))

function withImports(file: DescFile): DescFile[] {
  const files = new Set<DescFile>()
  const pending = [file]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (files.has(next)) continue
    files.add(next)
    pending.push(...next.dependencies)
  }
  return [...files]
}

/** The schema behind a type URL, where it is known. */
export function messageSchemaOf(typeUrl: string): DescMessage | undefined {
  return messageRegistry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1))
}
