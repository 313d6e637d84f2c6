// A listener of the bootstrap at which Prometheus reads an Envoy's statistics, and nothing else of its admin.
// https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--stats-prometheus

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { type Cluster, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import type { Address } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import {
  HttpConnectionManager_ServerHeaderTransformation,
  HttpConnectionManagerSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'

/** No snapshot has it and none may refer to it: a route to it would lead from a listener to the admin. */
const ADMIN_CLUSTER = 'switchyard_envoy_admin'
/** Envoy counts requests of its admin under this name, which dashboards and `control-plane/traffic` leave out. */
const STAT_PREFIX = 'admin'
const PATH = '/stats/prometheus'

/** The messages that it packs in an `Any`. */
export const STATS_LISTENER_MESSAGES = [HttpConnectionManagerSchema, RouterSchema] as const

/** @param address where it listens @param admin where the admin does */
export function statsListener(
  address: Address,
  admin: Address,
): { readonly listeners: readonly Listener[]; readonly clusters: readonly Cluster[] } {
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: STAT_PREFIX,
    serverHeaderTransformation: HttpConnectionManager_ServerHeaderTransformation.PASS_THROUGH,
    requestHeadersTimeout: { seconds: 10n },
    requestTimeout: { seconds: 10n },
    routeSpecifier: {
      case: 'routeConfig',
      value: {
        virtualHosts: [
          {
            name: STAT_PREFIX,
            domains: ['*'],
            routes: [
              {
                match: { pathSpecifier: { case: 'path', value: PATH }, headers: [methodIsGet()] },
                action: {
                  case: 'route',
                  value: { clusterSpecifier: { case: 'cluster', value: ADMIN_CLUSTER } },
                },
              },
            ],
          },
        ],
      },
    },
    httpFilters: [
      {
        name: 'router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  })
  const listener = create(ListenerSchema, {
    name: ADMIN_CLUSTER,
    statPrefix: STAT_PREFIX,
    address,
    // Who watches an Envoy must also see it when callers hold all connections.
    ignoreGlobalConnLimit: true,
    filterChains: [
      {
        filters: [
          {
            name: 'http',
            configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, manager) },
          },
        ],
      },
    ],
  })
  const cluster = create(ClusterSchema, {
    name: ADMIN_CLUSTER,
    loadAssignment: {
      clusterName: ADMIN_CLUSTER,
      endpoints: [{ lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: { address: admin } } }] }],
    },
  })
  return { listeners: [listener], clusters: [cluster] }
}

function methodIsGet() {
  return {
    name: ':method',
    headerMatchSpecifier: {
      case: 'stringMatch',
      value: { matchPattern: { case: 'exact', value: 'GET' } },
    },
  } as const
}
