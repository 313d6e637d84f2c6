// What a resource refers to: the names that a client will ask for once it holds the resource.

import { type DescMessage, isMessage, type Message, type MessageShape } from '@bufbuild/protobuf'
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt'
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import type { TransportSocket } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { ConfigSource } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import type { FilterChain } from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import type { Route } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import {
  type CommonTlsContext,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { CLUSTER, ENDPOINT, ROUTE, SECRET } from './resource-type.ts'

export interface Reference {
  readonly typeUrl: string
  readonly name: string
}

/** The references of a resource, each once. Empty for a type without known references. */
export function referencesOf(resource: Message): readonly Reference[] {
  const found = new Map<string, Reference>()
  for (const reference of references(resource)) found.set(`${reference.typeUrl} ${reference.name}`, reference)
  return [...found.values()]
}

function* references(resource: Message): Iterable<Reference> {
  if (isMessage(resource, ClusterSchema)) yield* ofCluster(resource)
  else if (isMessage(resource, ListenerSchema)) yield* ofListener(resource)
  else if (isMessage(resource, RouteConfigurationSchema)) yield* ofRoutes(resource)
}

function* ofCluster(cluster: Cluster): Iterable<Reference> {
  const eds = cluster.clusterDiscoveryType
  if (eds.case === 'type' && eds.value === Cluster_DiscoveryType.EDS) {
    const { edsConfig, serviceName } = cluster.edsClusterConfig ?? {}
    if (isServedHere(edsConfig)) yield { typeUrl: ENDPOINT, name: serviceName || cluster.name }
  }
  yield* ofTransportSocket(cluster.transportSocket)
  for (const { transportSocket } of cluster.transportSocketMatches) yield* ofTransportSocket(transportSocket)
}

function* ofListener(listener: Listener): Iterable<Reference> {
  const chains = [...listener.filterChains, ...present(listener.defaultFilterChain)]
  for (const chain of chains) yield* ofFilterChain(chain)
  yield* ofHttpConnectionManager(unpack(listener.apiListener?.apiListener, HttpConnectionManagerSchema))
}

function* ofFilterChain(chain: FilterChain): Iterable<Reference> {
  yield* ofTransportSocket(chain.transportSocket)
  for (const { configType } of chain.filters) {
    if (configType.case !== 'typedConfig') continue
    yield* ofHttpConnectionManager(unpack(configType.value, HttpConnectionManagerSchema))
    const target = unpack(configType.value, TcpProxySchema)?.clusterSpecifier
    if (target?.case === 'cluster') yield { typeUrl: CLUSTER, name: target.value }
    if (target?.case === 'weightedClusters') yield* clusters(target.value.clusters.map(({ name }) => name))
  }
}

function* ofHttpConnectionManager(manager: HttpConnectionManager | undefined): Iterable<Reference> {
  const routes = manager?.routeSpecifier
  if (routes?.case === 'routeConfig') yield* ofRoutes(routes.value)
  if (routes?.case === 'rds' && isServedHere(routes.value.configSource)) {
    yield { typeUrl: ROUTE, name: routes.value.routeConfigName }
  }
}

function* ofRoutes(configuration: RouteConfiguration): Iterable<Reference> {
  for (const host of configuration.virtualHosts) {
    yield* clusters(host.requestMirrorPolicies.map(({ cluster }) => cluster))
    for (const route of host.routes) yield* ofRoute(route)
  }
}

function* ofRoute({ action }: Route): Iterable<Reference> {
  if (action.case !== 'route') return
  const { clusterSpecifier: target, requestMirrorPolicies } = action.value
  if (target.case === 'cluster') yield { typeUrl: CLUSTER, name: target.value }
  if (target.case === 'weightedClusters') yield* clusters(target.value.clusters.map(({ name }) => name))
  yield* clusters(requestMirrorPolicies.map(({ cluster }) => cluster))
}

function* ofTransportSocket(socket: TransportSocket | undefined): Iterable<Reference> {
  if (socket?.configType.case !== 'typedConfig') return
  const upstream = unpack(socket.configType.value, UpstreamTlsContextSchema)
  const downstream = unpack(socket.configType.value, DownstreamTlsContextSchema)
  yield* ofTls((upstream ?? downstream)?.commonTlsContext)
}

function* ofTls(context: CommonTlsContext | undefined): Iterable<Reference> {
  if (context === undefined) return
  const validation = context.validationContextType
  const validationSecret =
    validation.case === 'validationContextSdsSecretConfig'
      ? validation.value
      : validation.case === 'combinedValidationContext'
        ? validation.value.validationContextSdsSecretConfig
        : undefined
  for (const { name, sdsConfig } of [
    ...context.tlsCertificateSdsSecretConfigs,
    ...present(validationSecret),
  ]) {
    if (isServedHere(sdsConfig)) yield { typeUrl: SECRET, name }
  }
}

function* clusters(names: Iterable<string>): Iterable<Reference> {
  for (const name of names) if (name !== '') yield { typeUrl: CLUSTER, name }
}

/** Only what comes over the stream that carried the resource will be asked for here. */
function isServedHere(source: ConfigSource | undefined): boolean {
  const kind = source?.configSourceSpecifier.case
  return kind === 'ads' || kind === 'self'
}

function unpack<T extends DescMessage>(any: Any | undefined, schema: T): MessageShape<T> | undefined {
  return any && anyUnpack(any, schema)
}

function present<T extends Message>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value]
}
