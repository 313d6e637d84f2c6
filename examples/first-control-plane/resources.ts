// The resources, in the JSON form of Envoy's API: a listener whose routes lead to a cluster with one endpoint.

import { createRegistry, fromJson } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'

/** Envoy asks for endpoints and routes on the stream that it already has. */
const FROM_ADS = { ads: {}, resourceApiVersion: 'V3' }

const onLoopback = (portValue: number) => ({ socketAddress: { address: '127.0.0.1', portValue } })

export const cluster = fromJson(ClusterSchema, {
  name: 'backend',
  type: 'EDS',
  edsClusterConfig: { edsConfig: FROM_ADS },
})

export const endpoints = fromJson(ClusterLoadAssignmentSchema, {
  clusterName: 'backend',
  endpoints: [{ lbEndpoints: [{ endpoint: { address: onLoopback(8080) } }] }],
})

export const routes = fromJson(RouteConfigurationSchema, {
  name: 'web',
  virtualHosts: [
    { name: 'web', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] },
  ],
})

const HTTP_CONNECTION_MANAGER = {
  '@type': `type.googleapis.com/${HttpConnectionManagerSchema.typeName}`,
  statPrefix: 'web',
  rds: { configSource: FROM_ADS, routeConfigName: 'web' },
  httpFilters: [
    {
      name: 'envoy.filters.http.router',
      typedConfig: { '@type': `type.googleapis.com/${RouterSchema.typeName}` },
    },
  ],
}

export const listener = fromJson(
  ListenerSchema,
  {
    name: 'web',
    address: onLoopback(10_000),
    filterChains: [
      {
        filters: [
          { name: 'envoy.filters.network.http_connection_manager', typedConfig: HTTP_CONNECTION_MANAGER },
        ],
      },
    ],
  },
  { registry: createRegistry(HttpConnectionManagerSchema, RouterSchema) },
)
