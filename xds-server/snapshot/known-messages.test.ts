// The schema behind a type URL: what resources are made of is known, whatever stands before the last slash.

import t from 'tap'
import { messageSchemaOf } from './known-messages.ts'

const KNOWN = [
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.route.v3.ScopedRouteConfiguration',
  'envoy.config.route.v3.VirtualHost',
  'envoy.config.core.v3.TypedExtensionConfig',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  'envoy.service.runtime.v3.Runtime',
  'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  'envoy.extensions.filters.http.lua.v3.Lua',
  'envoy.extensions.filters.http.header_to_metadata.v3.Config',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'google.protobuf.Struct',
]

for (const typeName of KNOWN) {
  t.test(`${typeName} is known`, async (t) => {
    t.equal(messageSchemaOf(`type.googleapis.com/${typeName}`)?.typeName, typeName)
    t.equal(messageSchemaOf(typeName)?.typeName, typeName)
  })
}

t.test('a type that nobody knows has no schema', async (t) => {
  t.equal(messageSchemaOf('type.googleapis.com/no.such.Message'), undefined)
  t.equal(messageSchemaOf(''), undefined)
})
