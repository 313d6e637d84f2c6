// Small resources for tests. Parameters set what differs; the rest is what Envoy requires.

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack, durationFromMs } from '@bufbuild/protobuf/wkt'
import {
  type Cluster,
  Cluster_DiscoveryType,
  Cluster_EdsClusterConfigSchema,
  Cluster_LbPolicy,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import {
  ApiConfigSource_ApiType,
  ApiVersion,
  type ConfigSource,
  ConfigSourceSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type RouteMatch,
  type VirtualHost,
  VirtualHostSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
  RdsSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import {
  type Secret,
  SecretSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { XDS_CLUSTER } from '../../core/bootstrap-cluster.ts'

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** A config source: the aggregated stream. */
export function ads(): ConfigSource {
  return create(ConfigSourceSchema, {
    resourceApiVersion: ApiVersion.V3,
    configSourceSpecifier: { case: 'ads', value: {} },
  })
}

/** A config source: a separate service of the xDS server of `createBootstrap`. */
export function separateService(protocol: 'delta' | 'sotw'): ConfigSource {
  return create(ConfigSourceSchema, {
    resourceApiVersion: ApiVersion.V3,
    configSourceSpecifier: {
      case: 'apiConfigSource',
      value: {
        apiType: protocol === 'delta' ? ApiConfigSource_ApiType.DELTA_GRPC : ApiConfigSource_ApiType.GRPC,
        transportApiVersion: ApiVersion.V3,
        grpcServices: [{ targetSpecifier: { case: 'envoyGrpc', value: { clusterName: XDS_CLUSTER } } }],
      },
    },
  })
}

/** An EDS cluster that speaks HTTP/2; `connectTimeoutMs` makes one version of it differ from another. */
export function cluster(
  name: string,
  connectTimeoutMs = 1000,
  lbPolicy = Cluster_LbPolicy.ROUND_ROBIN,
): Cluster {
  const http2 = create(HttpProtocolOptionsSchema, {
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: { protocolConfig: { case: 'http2ProtocolOptions', value: {} } },
    },
  })
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: ads() },
    connectTimeout: durationFromMs(connectTimeoutMs),
    lbPolicy,
    typedExtensionProtocolOptions: { [HTTP_OPTIONS]: anyPack(HttpProtocolOptionsSchema, http2) },
  })
}

/** An EDS cluster whose endpoints come from another config source than ADS. */
export function clusterFrom(name: string, edsConfig: ConfigSource): Cluster {
  return { ...cluster(name), edsClusterConfig: create(Cluster_EdsClusterConfigSchema, { edsConfig }) }
}

/** An EDS cluster that names its assignment. */
export function clusterOf(name: string, serviceName: string): Cluster {
  return {
    ...cluster(name),
    edsClusterConfig: create(Cluster_EdsClusterConfigSchema, { serviceName, edsConfig: ads() }),
  }
}

/** An EDS cluster whose endpoints come from a separate EDS service. */
export function separateCluster(name: string): Cluster {
  return clusterFrom(name, separateService('sotw'))
}

/** A cluster without endpoints that refers to nothing else. */
export function staticCluster(name: string, connectTimeoutMs = 1000): Cluster {
  return create(ClusterSchema, { name, connectTimeout: durationFromMs(connectTimeoutMs) })
}

/** A cluster that Envoy NACKs: EDS without a config source. `connectTimeoutMs` makes one version differ from another. */
export function badCluster(name: string, connectTimeoutMs = 1000): Cluster {
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    connectTimeout: durationFromMs(connectTimeoutMs),
  })
}

/** A cluster that Envoy 1.40 rejects without an immediate NACK: it stays in the warming list, which delays the NACK. */
export function stuckCluster(name: string): Cluster {
  return create(ClusterSchema, {
    name,
    connectTimeout: durationFromMs(1000),
    lbPolicy: Cluster_LbPolicy.RING_HASH,
    lbConfig: { case: 'ringHashLbConfig', value: { minimumRingSize: 2048n, maximumRingSize: 1024n } },
  })
}

/** Endpoints on 127.0.0.1. */
export function assignment(clusterName: string, ...ports: number[]): ClusterLoadAssignment {
  const lbEndpoints = ports.map((portValue) => ({
    hostIdentifier: {
      case: 'endpoint' as const,
      value: {
        address: {
          address: {
            case: 'socketAddress' as const,
            value: { address: '127.0.0.1', portSpecifier: { case: 'portValue' as const, value: portValue } },
          },
        },
      },
    },
  }))
  return create(ClusterLoadAssignmentSchema, { clusterName, endpoints: [{ lbEndpoints }] })
}

/** The same with what gRPC wants: it ignores localities without a weight. */
export function localAssignment(clusterName: string, ...ports: number[]): ClusterLoadAssignment {
  const given = assignment(clusterName, ...ports)
  const endpoints = given.endpoints.map(({ lbEndpoints }) => ({
    lbEndpoints,
    locality: { region: 'r', zone: 'z' },
    loadBalancingWeight: 1,
  }))
  return create(ClusterLoadAssignmentSchema, { clusterName, endpoints })
}

function listener(
  name: string,
  port: number,
  filter: { name: string; typedConfig: Any },
  address: string,
): Listener {
  return create(ListenerSchema, {
    name,
    address: {
      address: {
        case: 'socketAddress',
        value: { address, portSpecifier: { case: 'portValue', value: port } },
      },
    },
    filterChains: [
      {
        filters: [{ name: filter.name, configType: { case: 'typedConfig', value: filter.typedConfig } }],
      },
    ],
  })
}

/** A listener that proxies bytes to a cluster. */
export function tcpListener(
  name: string,
  port: number,
  clusterName: string,
  address = '127.0.0.1',
): Listener {
  const proxy = create(TcpProxySchema, {
    statPrefix: name,
    clusterSpecifier: { case: 'cluster', value: clusterName },
  })
  const filter = { name: 'envoy.filters.network.tcp_proxy', typedConfig: anyPack(TcpProxySchema, proxy) }
  return listener(name, port, filter, address)
}

/** A listener that proxies calls by the route configuration of the same name, from RDS. */
export function httpListener(name: string, port: number, routes = name, address = '127.0.0.1'): Listener {
  const manager = httpManager(name, {
    case: 'rds',
    value: create(RdsSchema, { configSource: ads(), routeConfigName: routes }),
  })
  return listener(name, port, manager, address)
}

/** A listener whose routes are inside it: it sends every call to one cluster. */
export function inlineListener(name: string, port: number, clusterName: string): Listener {
  const manager = httpManager(name, { case: 'routeConfig', value: routes(name, clusterName) })
  return listener(name, port, manager, '127.0.0.1')
}

/** What a gRPC client asks for by the name that it dials: its routes are from RDS. */
export function apiListener(name: string, routes = name): Listener {
  const { typedConfig } = httpManager(name, {
    case: 'rds',
    value: create(RdsSchema, { configSource: ads(), routeConfigName: routes }),
  })
  return create(ListenerSchema, { name, apiListener: { apiListener: typedConfig } })
}

/** What a gRPC server asks for by the address that it listens on: a listener whose routes let every call through. */
export function grpcServerListener(address: string, port: number): Listener {
  const name = `grpc/server?xds.resource.listening_address=${address}:${port}`
  const routeConfig = create(RouteConfigurationSchema, {
    name,
    virtualHosts: [
      {
        name,
        domains: ['*'],
        routes: [
          {
            match: { pathSpecifier: { case: 'prefix', value: '/' } },
            action: { case: 'nonForwardingAction', value: {} },
          },
        ],
      },
    ],
  })
  return listener(name, port, httpManager(name, { case: 'routeConfig', value: routeConfig }), address)
}

function httpManager(statPrefix: string, routeSpecifier: HttpConnectionManager['routeSpecifier']) {
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix,
    routeSpecifier,
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  })
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typedConfig: anyPack(HttpConnectionManagerSchema, manager),
  }
}

/** Sends every call to one cluster. */
export function routes(name: string, clusterName: string): RouteConfiguration {
  return routesTo(name, [[{ case: 'prefix', value: '/' }, clusterName]])
}

/** Sends the calls of each method of the echo service to the cluster that is given for it. */
export function routesByMethod(name: string, clusters: Readonly<Record<string, string>>): RouteConfiguration {
  const paths = Object.entries(clusters).map(
    ([method, clusterName]) =>
      [{ case: 'path' as const, value: `/${EchoService.typeName}/${method}` }, clusterName] as const,
  )
  return routesTo(name, paths)
}

function routesTo(
  name: string,
  clusters: readonly (readonly [RouteMatch['pathSpecifier'], clusterName: string])[],
): RouteConfiguration {
  const routesOf = clusters.map(([pathSpecifier, clusterName]) => ({
    match: { pathSpecifier },
    action: {
      case: 'route' as const,
      value: {
        clusterSpecifier: { case: 'cluster' as const, value: clusterName },
        timeout: durationFromMs(0),
      },
    },
  }))
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [{ name, domains: ['*'], routes: routesOf }],
  })
}

/** A route configuration whose virtual hosts come by VHDS. `stripped` makes one version of it differ from another. */
export function vhdsRoutes(name: string, stripped = '', configSource = ads()): RouteConfiguration {
  return create(RouteConfigurationSchema, {
    name,
    vhds: { configSource },
    requestHeadersToRemove: stripped === '' ? [] : [`x-${stripped}`],
  })
}

/** A virtual host as VHDS serves it, named by its route configuration and its first host. It answers each call with that name. */
export function virtualHost(routeConfiguration: string, ...hosts: string[]): VirtualHost {
  const name = `${routeConfiguration}/${hosts[0]}`
  const body = { specifier: { case: 'inlineString' as const, value: name } }
  const match = { pathSpecifier: { case: 'prefix' as const, value: '/' } }
  const action = { case: 'directResponse' as const, value: { status: 200, body } }
  return create(VirtualHostSchema, { name, domains: hosts, routes: [{ match, action }] })
}

/** A generic secret. */
export function secret(name: string, content: string): Secret {
  return create(SecretSchema, {
    name,
    type: {
      case: 'genericSecret',
      value: { secret: { specifier: { case: 'inlineString', value: content } } },
    },
  })
}

/** What a gRPC client needs to call `xds:///echo` on these ports of 127.0.0.1. */
export function echoForClients(...ports: number[]) {
  return [apiListener('echo'), routes('echo', 'echo'), cluster('echo'), localAssignment('echo', ...ports)]
}
