// The registry of packed messages has the core messages and those that are given.

import { RBACSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/rbac/v3/rbac_pb.js'
import t from 'tap'
import { CORE_MESSAGES, createMessageRegistry } from './message-registry.ts'

const CORE = [
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
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'google.protobuf.Struct',
]

for (const typeName of CORE) {
  t.test(`${typeName} is a core message`, async (t) => {
    t.equal(CORE_MESSAGES.schemaOf(`type.googleapis.com/${typeName}`)?.typeName, typeName)
    t.equal(CORE_MESSAGES.schemaOf(typeName)?.typeName, typeName)
  })
}

t.test('a registry has the messages that it was given, and those that their files import', async (t) => {
  const messages = createMessageRegistry([RBACSchema])
  for (const typeName of [RBACSchema.typeName, 'envoy.config.rbac.v3.RBAC']) {
    t.equal(CORE_MESSAGES.schemaOf(typeName), undefined)
    t.equal(messages.schemaOf(typeName)?.typeName, typeName)
  }
})

t.test('an unknown type has no schema', async (t) => {
  t.equal(CORE_MESSAGES.schemaOf('type.googleapis.com/no.such.Message'), undefined)
  t.equal(CORE_MESSAGES.schemaOf(''), undefined)
})
