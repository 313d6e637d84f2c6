// The resources of the benchmark's servers: the same as `gcp-peer`'s, field by field.

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack, durationFromMs } from '@bufbuild/protobuf/wkt'
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { fromAds } from '../../control-plane/switches/config-source.ts'

const ENDPOINTS_EACH = 3
const ROUTE_NAME = 'route-main'
const CONNECT_TIMEOUT_MS = 1_000

/** N clusters with their endpoints, one listener, and one route configuration of N routes. */
export function createBenchmarkResources(size: number) {
  const indexes = Array.from({ length: size }, (_, index) => index)
  return [
    ...indexes.map(createBenchmarkCluster),
    ...indexes.map((index) => createAssignment(index, 0)),
    createBenchmarkListener(),
    createBenchmarkRoutes(size),
  ]
}

export function nameOf(index: number): string {
  return `cluster-${String(index).padStart(5, '0')}`
}

export function createBenchmarkCluster(index: number): Cluster {
  return create(ClusterSchema, {
    name: nameOf(index),
    connectTimeout: durationFromMs(CONNECT_TIMEOUT_MS),
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: fromAds() },
  })
}

/** The endpoints of a cluster; each `generation` has different content. */
export function createAssignment(index: number, generation: number): ClusterLoadAssignment {
  const lbEndpoints = Array.from({ length: ENDPOINTS_EACH }, (_, endpoint) => ({
    loadBalancingWeight: 1 + generation,
    hostIdentifier: {
      case: 'endpoint' as const,
      value: {
        address: {
          address: {
            case: 'socketAddress' as const,
            value: {
              address: `127.0.${1 + endpoint}.${1 + (index % 250)}`,
              portSpecifier: { case: 'portValue' as const, value: 20_000 + (index % 30_000) },
            },
          },
        },
      },
    },
  }))
  return create(ClusterLoadAssignmentSchema, {
    clusterName: nameOf(index),
    endpoints: [{ locality: { region: 'lab', zone: 'a' }, loadBalancingWeight: 1, lbEndpoints }],
  })
}

/** An HttpConnectionManager with the routes of that name. */
export function createManager(routeConfigName: string): Any {
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: 'in',
    routeSpecifier: { case: 'rds', value: { configSource: fromAds(), routeConfigName } },
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  })
  return anyPack(HttpConnectionManagerSchema, manager)
}

function createBenchmarkListener(): Listener {
  return create(ListenerSchema, {
    name: 'listener-main',
    address: {
      address: {
        case: 'socketAddress',
        value: { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: 10_000 } },
      },
    },
    filterChains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            configType: { case: 'typedConfig', value: createManager(ROUTE_NAME) },
          },
        ],
      },
    ],
  })
}

function createBenchmarkRoutes(size: number): RouteConfiguration {
  const routes = Array.from({ length: size }, (_, index) => ({
    name: `r${index}-g0`,
    match: {
      pathSpecifier: { case: 'prefix' as const, value: `/svc${String(index).padStart(5, '0')}.` },
    },
    action: {
      case: 'route' as const,
      value: { clusterSpecifier: { case: 'cluster' as const, value: nameOf(index) } },
    },
  }))
  return create(RouteConfigurationSchema, {
    name: ROUTE_NAME,
    virtualHosts: [{ name: 'all', domains: ['*'], routes }],
  })
}
