// Resources as received: their names and references, decoded without the server's code.

import { fromBinary } from '@bufbuild/protobuf'
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt'
import { Cluster_DiscoveryType, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { SecretSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import type {
  DeltaDiscoveryResponse,
  DiscoveryResponse,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET, typeUrlOf } from '../../xds-server/index.ts'
import type { Reference } from '../../xds-server/snapshot/references.ts'
import { SCOPED_ROUTE } from '../../xds-server/snapshot/resource-type.ts'
import type { ClientResource, ClientResponse } from './client-state.ts'

export const EXTENSION = typeUrlOf(TypedExtensionConfigSchema)
export const RUNTIME = typeUrlOf(RuntimeSchema)

/** The types whose messages contain their name. */
const NAMES: ReadonlyMap<string, (value: Uint8Array) => string> = new Map([
  [CLUSTER, (value) => fromBinary(ClusterSchema, value).name],
  [ENDPOINT, (value) => fromBinary(ClusterLoadAssignmentSchema, value).clusterName],
  [LISTENER, (value) => fromBinary(ListenerSchema, value).name],
  [ROUTE, (value) => fromBinary(RouteConfigurationSchema, value).name],
  [SECRET, (value) => fromBinary(SecretSchema, value).name],
  [SCOPED_ROUTE, (value) => fromBinary(ScopedRouteConfigurationSchema, value).name],
  [EXTENSION, (value) => fromBinary(TypedExtensionConfigSchema, value).name],
  [RUNTIME, (value) => fromBinary(RuntimeSchema, value).name],
])

/** SotW responses carry no names. A resource that does not contain its name has none. */
export function readSotw({ typeUrl, nonce, versionInfo, resources }: DiscoveryResponse): ClientResponse {
  const read = resources.map((any) => readResource(any, NAMES.get(typeUrl)?.(any.value) ?? '', ''))
  return { typeUrl, nonce, version: versionInfo, resources: read, removed: [] }
}

export function readDelta(response: DeltaDiscoveryResponse): ClientResponse {
  const { typeUrl, nonce, systemVersionInfo, resources, removedResources } = response
  const read = resources.flatMap(({ name, version, resource }) =>
    resource === undefined ? [] : [readResource(resource, name, version)],
  )
  return { typeUrl, nonce, version: systemVersionInfo, resources: read, removed: removedResources }
}

function readResource({ typeUrl, value }: Any, name: string, version: string): ClientResource {
  return { name, version, value, references: [...referencesIn(typeUrl, value)] }
}

function* referencesIn(typeUrl: string, value: Uint8Array): Iterable<Reference> {
  if (typeUrl === CLUSTER) {
    const { clusterDiscoveryType, edsClusterConfig, name } = fromBinary(ClusterSchema, value)
    if (clusterDiscoveryType.value === Cluster_DiscoveryType.EDS) {
      yield { typeUrl: ENDPOINT, name: edsClusterConfig?.serviceName || name }
    }
  } else if (typeUrl === LISTENER) {
    const { filterChains } = fromBinary(ListenerSchema, value)
    for (const { configType } of filterChains.flatMap(({ filters }) => filters)) {
      if (configType.case === 'typedConfig') yield* referencesOfFilter(configType.value)
    }
  } else if (typeUrl === ROUTE) {
    const { virtualHosts } = fromBinary(RouteConfigurationSchema, value)
    for (const { action } of virtualHosts.flatMap(({ routes }) => routes)) {
      const target = action.case === 'route' ? action.value.clusterSpecifier : undefined
      if (target?.case === 'cluster') yield { typeUrl: CLUSTER, name: target.value }
    }
  }
}

function* referencesOfFilter(config: Any): Iterable<Reference> {
  const target = anyUnpack(config, TcpProxySchema)?.clusterSpecifier
  if (target?.case === 'cluster') yield { typeUrl: CLUSTER, name: target.value }
  const routes = anyUnpack(config, HttpConnectionManagerSchema)?.routeSpecifier
  if (routes?.case === 'rds') yield { typeUrl: ROUTE, name: routes.value.routeConfigName }
}
