// Resources that the examples serve, in the JSON form of Envoy's API.

import { createRegistry, type DescMessage, fromJson, type JsonObject } from '@bufbuild/protobuf'
import { ClusterSchema } from 'switchyard/protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from 'switchyard/protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from 'switchyard/protos/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from 'switchyard/protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from 'switchyard/protos/envoy/config/route/v3/route_pb.js'
import { OnDemandSchema } from 'switchyard/protos/envoy/extensions/filters/http/on_demand/v3/on_demand_pb.js'
import { RouterSchema } from 'switchyard/protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from 'switchyard/protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'

/** The client asks for endpoints and routes on the stream that it already has. */
const FROM_ADS = { ads: {}, resourceApiVersion: 'V3' }

const registry = createRegistry(HttpConnectionManagerSchema, OnDemandSchema, RouterSchema)

/** A cluster whose endpoints are a resource of their own. */
export function clusterOf(name: string) {
  return fromJson(ClusterSchema, { name, type: 'EDS', edsClusterConfig: { edsConfig: FROM_ADS } })
}

/** The endpoints of a cluster: ports on loopback. gRPC needs a locality with a weight, and Envoy accepts it. */
export function endpointsOf(clusterName: string, ports: readonly number[]) {
  const lbEndpoints = ports.map((portValue) => ({
    endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue } } },
  }))
  const locality = { region: 'here' }
  return fromJson(ClusterLoadAssignmentSchema, {
    clusterName,
    endpoints: [{ locality, loadBalancingWeight: 1, lbEndpoints }],
  })
}

/** Routes for all hosts and paths. `action` is an Envoy route without its match, such as `{ route: { cluster: 'backend' } }`. */
export function routesOf(name: string, action: JsonObject) {
  return fromJson(RouteConfigurationSchema, {
    name,
    virtualHosts: [{ name, domains: ['*'], routes: [{ match: { prefix: '/' }, ...action }] }],
  })
}

/** Routes whose virtual hosts are resources of their own (VHDS). */
export function discoveredRoutesOf(name: string) {
  return fromJson(RouteConfigurationSchema, { name, vhds: { configSource: FROM_ADS } })
}

/**
 * A virtual host of such routes. Its name is the name that Envoy asks for: that of the routes, a slash, and the host of a call.
 * `action` is an Envoy route without its match.
 */
export function virtualHostOf(name: string, action: JsonObject) {
  const host = name.slice(name.lastIndexOf('/') + 1)
  return fromJson(VirtualHostSchema, {
    name,
    domains: [host],
    routes: [{ match: { prefix: '/' }, ...action }],
  })
}

/**
 * An HTTP listener with the routes of the same name. Its address is empty, so that each node gets its own: 127.0.0.1 unless
 * the metadata of its bootstrap names another. With `onDemand`, a call to an unknown host waits until the host was asked for.
 */
export function listenerOf(name: string, portValue: number, { onDemand = false } = {}) {
  const typedConfig = connectionManager(name, onDemand ? [filterOf('on_demand', OnDemandSchema)] : [])
  const filter = { name: 'envoy.filters.network.http_connection_manager', typedConfig }
  const json = {
    name,
    address: { socketAddress: { address: '', portValue } },
    filterChains: [{ filters: [filter] }],
  }
  return fromJson(ListenerSchema, json, { registry })
}

/** A listener as gRPC clients ask for it, by the name in their target: `xds:///NAME`. */
export function apiListenerOf(name: string) {
  return fromJson(
    ListenerSchema,
    { name, apiListener: { apiListener: connectionManager(name) } },
    { registry },
  )
}

function connectionManager(name: string, filters: readonly JsonObject[] = []): JsonObject {
  return {
    '@type': `type.googleapis.com/${HttpConnectionManagerSchema.typeName}`,
    statPrefix: name,
    rds: { configSource: FROM_ADS, routeConfigName: name },
    httpFilters: [...filters, filterOf('router', RouterSchema)],
  }
}

function filterOf(name: string, { typeName }: DescMessage): JsonObject {
  return {
    name: `envoy.filters.http.${name}`,
    typedConfig: { '@type': `type.googleapis.com/${typeName}` },
  }
}
