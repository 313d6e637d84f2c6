// Which messages name other resources. Each reader looks at the fields of one message only; `encodeCanonically` leads it to every
// message of a resource, however deep it is packed.

import { create, type DescMessage, isMessage, type Message, type MessageShape } from '@bufbuild/protobuf'
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { FilterSchema as UpstreamFilterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/filter_pb.js'
import {
  type ConfigSource,
  ConfigSourceSchema,
  type ExtensionConfigSource,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { GrpcService_EnvoyGrpcSchema } from '@envoy/xds-protos/envoy/config/core/v3/grpc_service_pb.js'
import { HttpUriSchema } from '@envoy/xds-protos/envoy/config/core/v3/http_uri_pb.js'
import {
  FilterSchema,
  ListenerFilterSchema,
} from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import {
  RouteAction_RequestMirrorPolicySchema,
  RouteActionSchema,
  WeightedCluster_ClusterWeightSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import {
  type ScopedRouteConfiguration,
  ScopedRouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { DynamicConfigSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/composite/v3/composite_pb.js'
import {
  HttpFilterSchema,
  RdsSchema,
  ScopedRoutesSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import {
  TcpProxy_WeightedCluster_ClusterWeightSchema,
  TcpProxySchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { SdsSecretConfigSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { CLUSTER_FIELDS, textIn } from './cluster-fields.ts'
import { clustersOfEveryHost } from './grpc-routes.ts'
import { ANY_NAME, allHostsOf, type ClientKind, type ResourceReference } from './references.ts'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  ROUTE,
  SCOPED_ROUTE,
  SECRET,
  VIRTUAL_HOST,
} from './resource-type.ts'

const SELF = create(ConfigSourceSchema, { configSourceSpecifier: { case: 'self', value: {} } })

/** By its name, because few servers need its module. */
const UDP_SESSION_FILTER = 'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig.SessionFilter'

type Reader = (message: Message, resource: Message) => Iterable<ResourceReference>

/** By the full name of a message. */
export const REFERENCE_READERS: ReadonlyMap<string, Reader | 'refers to nothing'> = new Map<
  string,
  Reader | 'refers to nothing'
>([
  reader(ClusterSchema, endpointsOf),
  // gRPC asks for the children of an aggregate cluster by name (gRFC A37). Envoy has a wildcard for clusters.
  reader(ClusterConfigSchema, ({ clusters }) => clusters.flatMap((name) => toCluster(name, ['grpc-client']))),

  // Envoy asks for no cluster by name, except on demand, and gRPC only for some of a route configuration.
  reader(RouteConfigurationSchema, (routes, resource) => [
    ...(isForClient(resource)
      ? clustersOfEveryHost(routes).flatMap((name) => toCluster(name, ['grpc-client']))
      : []),
    ...toHosts(routes),
  ]),
  reader(RouteActionSchema, ({ clusterSpecifier: target }) =>
    target.case === 'cluster' ? toCluster(target.value) : [],
  ),
  reader(WeightedCluster_ClusterWeightSchema, ({ name }) => toCluster(name)),
  reader(RouteAction_RequestMirrorPolicySchema, ({ cluster }) => toCluster(cluster)),
  reader(TcpProxySchema, ({ clusterSpecifier: target }) =>
    target.case === 'cluster' ? toCluster(target.value) : [],
  ),
  reader(TcpProxy_WeightedCluster_ClusterWeightSchema, ({ name }) => toCluster(name)),
  reader(GrpcService_EnvoyGrpcSchema, ({ clusterName }) => toCluster(clusterName)),
  reader(HttpUriSchema, ({ httpUpstreamType: target }) =>
    target.case === 'cluster' ? toCluster(target.value) : [],
  ),

  reader(RdsSchema, ({ configSource, routeConfigName }, resource) =>
    toRoutes(configSource, routeConfigName, [
      'envoy',
      isApiListener(resource) ? 'grpc-client' : 'grpc-server',
    ]),
  ),
  reader(ScopedRoutesSchema, ({ rdsConfigSource, configSpecifier: scopes }) => {
    if (scopes.case === 'scopedRouteConfigurationsList')
      return scopes.value.scopedRouteConfigurations.flatMap((scope) => routesOfScope(scope, rdsConfigSource))
    return isServedHere(scopes.value?.scopedRdsConfigSource)
      ? [{ typeUrl: SCOPED_ROUTE, name: ANY_NAME, askedBy: ['envoy'] }]
      : []
  }),
  // The listener says where the routes of such a scope come from: as a rule, from where the scope itself comes.
  reader(ScopedRouteConfigurationSchema, (scope, resource) =>
    scope === resource ? routesOfScope(scope, SELF) : [],
  ),

  reader(HttpFilterSchema, toFilterConfig),
  reader(FilterSchema, toFilterConfig),
  reader(ListenerFilterSchema, toFilterConfig),
  [UDP_SESSION_FILTER, (filter) => toFilterConfig(filter as Message & DiscoverableFilter)],
  reader(UpstreamFilterSchema, ({ name, configDiscovery }) => toExtension(name, configDiscovery)),

  reader(SdsSecretConfigSchema, ({ name, sdsConfig }) =>
    isServedHere(sdsConfig) ? [{ typeUrl: SECRET, name, askedBy: ['envoy'] }] : [],
  ),

  reader(DynamicConfigSchema, ({ name, configDiscovery }) => toExtension(name, configDiscovery)),
  ...Object.entries(CLUSTER_FIELDS).map(([typeName, field]): [string, Reader] => [
    typeName,
    (message) => toCluster(textIn(message, field)),
  ]),

  // The cluster of another xDS server: Envoy takes it from the bootstrap only.
  [ConfigSourceSchema.typeName, 'refers to nothing'],
])

function reader<T extends DescMessage>(
  { typeName }: T,
  read: (message: MessageShape<T>, resource: Message) => Iterable<ResourceReference>,
): readonly [string, Reader] {
  return [typeName, (message, resource) => read(message as MessageShape<T>, resource)]
}

function endpointsOf(cluster: Cluster): ResourceReference[] {
  const { clusterDiscoveryType: discovery, edsClusterConfig, name } = cluster
  if (discovery.case !== 'type' || discovery.value !== Cluster_DiscoveryType.EDS) return []
  const source = edsClusterConfig?.edsConfig
  const assignment = { typeUrl: ENDPOINT, name: edsClusterConfig?.serviceName || name }
  if (isServedHere(source)) return [{ ...assignment, askedBy: ['envoy', 'grpc-client'] }]
  // A separate EDS service may be this server, or another one: then nobody asks for the assignment here.
  return isSeparate(source) ? [{ ...assignment, askedBy: [] }] : []
}

/** A field that names no cluster is empty: a header may name it instead. */
function toCluster(name: string, askedBy: readonly ClientKind[] = []): ResourceReference[] {
  return name === '' ? [] : [{ typeUrl: CLUSTER, name, askedBy }]
}

function toRoutes(
  source: ConfigSource | undefined,
  name: string,
  askedBy: readonly ClientKind[],
): ResourceReference[] {
  return name !== '' && isServedHere(source) ? [{ typeUrl: ROUTE, name, askedBy }] : []
}

/** The virtual hosts of a route configuration may be none: calls ask for more of them. */
function toHosts({ name, vhds }: RouteConfiguration): ResourceReference[] {
  if (vhds === undefined) return []
  // A separate VHDS service may be this server, or another one.
  const askedBy: readonly ClientKind[] = isServedHere(vhds.configSource) ? ['envoy'] : []
  return [{ typeUrl: VIRTUAL_HOST, name: allHostsOf(name), askedBy, isOptional: true }]
}

/** Envoy loads the routes of an on-demand scope when a request needs them. */
function routesOfScope(
  { routeConfigurationName, onDemand }: ScopedRouteConfiguration,
  source: ConfigSource | undefined,
): ResourceReference[] {
  return toRoutes(source, routeConfigurationName, onDemand ? [] : ['envoy'])
}

interface DiscoverableFilter {
  readonly name: string
  readonly configType:
    | { readonly case: 'configDiscovery'; readonly value: ExtensionConfigSource }
    | { readonly case: string | undefined }
}

function toFilterConfig({ name, configType }: DiscoverableFilter): ResourceReference[] {
  return 'value' in configType && configType.case === 'configDiscovery'
    ? toExtension(name, configType.value)
    : []
}

/** The configuration of a filter comes under the name of the filter. */
function toExtension(name: string, source: ExtensionConfigSource | undefined): ResourceReference[] {
  const isOptional = source?.defaultConfig !== undefined
  const reference = { typeUrl: EXTENSION_CONFIG, name, ...(isOptional && { isOptional }) }
  if (isServedHere(source?.configSource)) return [{ ...reference, askedBy: ['envoy'] }]
  // A separate service may be this server: then nobody waits for a configuration with a default.
  return isOptional && isSeparate(source.configSource) ? [{ ...reference, askedBy: [] }] : []
}

/** Only what comes over the stream that carried the resource will be asked for here. */
function isServedHere(source: ConfigSource | undefined): boolean {
  const kind = source?.configSourceSpecifier.case
  return kind === 'ads' || kind === 'self'
}

function isSeparate(source: ConfigSource | undefined): boolean {
  return source?.configSourceSpecifier.case === 'apiConfigSource'
}

function isApiListener(resource: Message): boolean {
  return isMessage(resource, ListenerSchema) && resource.apiListener !== undefined
}

/** A gRPC server with routes forwards nothing, so it asks for no cluster. */
function isForClient(resource: Message): boolean {
  return isMessage(resource, RouteConfigurationSchema) || isApiListener(resource)
}
