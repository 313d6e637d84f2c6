// Every field of the generated protos that names a cluster, or a source of resources, is read or known not to matter.

import { readdirSync } from 'node:fs'
import { create, type DescFile, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf'
import { HttpUriSchema } from '@envoy/xds-protos/envoy/config/core/v3/http_uri_pb.js'
import { ZipkinConfigSchema } from '@envoy/xds-protos/envoy/config/trace/v3/zipkin_pb.js'
import { DynamicConfigSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/composite/v3/composite_pb.js'
import { RouteActionSchema as DubboActionSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/dubbo_proxy/v3/route_pb.js'
import { RouteActionSchema as ThriftActionSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/thrift_proxy/v3/route_pb.js'
import t from 'tap'
import { CLUSTER_FIELDS } from './cluster-fields.ts'
import { REFERENCE_READERS } from './reference-readers.ts'

/** By a file of the package: a copy of the tree, such as for mutation tests, has the package and not its folder. */
const GENERATED = new URL(
  '../../../../',
  import.meta.resolve('@envoy/xds-protos/envoy/config/trace/v3/zipkin_pb.js'),
)

/** Messages that no resource holds: those of services, of the admin interface, and of the bootstrap. */
const NOT_IN_RESOURCES =
  /^(envoy\.(admin|service|data|config\.bootstrap|config\.metrics)|switchyard|google)\./

/** Fields whose values are no references, by their full names. */
const NO_REFERENCES: Readonly<Record<string, string>> = {
  'envoy.config.core.v3.Node.cluster': 'the group of a node',
  'envoy.config.core.v3.ApiConfigSource.cluster_names': 'within ConfigSource',
  'envoy.config.endpoint.v3.ClusterLoadAssignment.cluster_name': 'the name of the assignment',
  'envoy.config.endpoint.v3.ClusterStats.cluster_name': 'a load report',
  'envoy.config.endpoint.v3.ClusterStats.cluster_service_name': 'a load report',
  'envoy.config.endpoint.v3.LedsClusterLocalityConfig.leds_config':
    'a list of endpoints: LEDS is not checked',
  'envoy.config.route.v3.RouteAction.cluster_header': 'the name of a header',
  'envoy.config.route.v3.RouteAction.cluster_specifier_plugin': 'the name of a plugin',
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy.cluster_header': 'the name of a header',
  'envoy.config.route.v3.WeightedCluster.ClusterWeight.cluster_header': 'the name of a header',
  'envoy.config.cluster.v3.Cluster.lrs_server': 'where loads are reported',
  'envoy.config.core.v3.ExtensionConfigSource.config_source': 'read with the filter that has it',
  'envoy.extensions.filters.http.fault.v3.HTTPFault.upstream_cluster': 'a condition',
  'envoy.extensions.filters.http.on_demand.v3.OnDemandCds.source': 'a source of on-demand clusters',
  'envoy.extensions.filters.network.dubbo_proxy.v3.Drds.config_source': 'Dubbo routes are not checked',
  'envoy.extensions.filters.network.thrift_proxy.v3.Trds.config_source': 'Thrift routes are not checked',
  'envoy.extensions.filters.network.thrift_proxy.v3.RouteAction.cluster_header': 'the name of a header',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand.odcds_config':
    'a source of on-demand clusters',
  'envoy.config.listener.v3.Listener.FcdsConfig.config_source': 'filter chains by FCDS are not checked',
  'envoy.extensions.clusters.aggregate.v3.AggregateClusterResource.config_source':
    'lists of clusters for an aggregate cluster are not checked',
  'envoy.extensions.clusters.dynamic_modules.v3.ClusterConfig.cluster_name': 'a name inside the module',
  'envoy.extensions.access_loggers.filters.process_ratelimit.v3.DynamicTokenBucket.config_source':
    'token buckets are not checked',
  'envoy.extensions.filters.network.generic_proxy.v3.GenericRds.config_source':
    'routes of the generic proxy are not checked',
  'envoy.extensions.filters.network.reverse_tunnel.v3.Validation.cluster_id_format':
    'what a peer says of itself',
  'envoy.extensions.filters.network.reverse_tunnel.v3.ReverseTunnel.required_cluster_name':
    'what a peer says of itself',
  'envoy.extensions.transport_sockets.tls.cert_selectors.on_demand_secret.v3.Config.config_source':
    'a source of on-demand secrets',
}

/** Fields that are read with another message, by their full names. */
const READ_ELSEWHERE: Readonly<Record<string, string>> = {
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig.eds_config': 'envoy.config.cluster.v3.Cluster',
  'envoy.config.route.v3.Vhds.config_source': 'envoy.config.route.v3.RouteConfiguration',
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds.scoped_rds_config_source':
    'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes',
}

async function readMessages(): Promise<DescMessage[]> {
  const paths = readdirSync(GENERATED, { recursive: true, encoding: 'utf8' })
  const modules = await Promise.all(
    paths
      .filter((path) => path.endsWith('_pb.js'))
      .map((path) => import(new URL(path, GENERATED).href) as Promise<Readonly<Record<string, unknown>>>),
  )
  const files = modules.flatMap((module) => Object.values(module).filter(isFile))
  return files.flatMap(({ messages }) => messages.flatMap(withNested))
}

function isFile(value: unknown): value is DescFile {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file'
}

function withNested(message: DescMessage): DescMessage[] {
  return [message, ...message.nestedMessages.flatMap(withNested)]
}

/** Fields that may name a resource: texts about clusters, names of weighted clusters, and config sources. */
function suspectsOf(message: DescMessage): string[] {
  return message.fields
    .filter((field) => {
      const isText = field.fieldKind !== 'message' && 'scalar' in field && field.scalar === ScalarType.STRING
      const isWeight = message.name === 'ClusterWeight' && field.name === 'name'
      const isSource = /\.(Extension)?ConfigSource$/.test(field.message?.typeName ?? '')
      return isSource || isWeight || (isText && /cluster/.test(field.name))
    })
    .map(({ name }) => `${message.typeName}.${name}`)
}

t.test('X49: each field that may name a resource has a reader, or a reason not to', async (t) => {
  const messages = await readMessages()
  t.ok(messages.length > 500, 'all protos are looked at')
  const suspects = messages
    .filter(({ typeName }) => !NOT_IN_RESOURCES.test(typeName))
    .flatMap((message) => suspectsOf(message))
  const isRead = (field: string) =>
    REFERENCE_READERS.has(READ_ELSEWHERE[field] ?? field.slice(0, field.lastIndexOf('.')))
  t.strictSame(
    suspects.filter((field) => !isRead(field) && NO_REFERENCES[field] === undefined),
    [],
    'give it a reader, or say here why it needs none',
  )
  for (const field of [...Object.keys(NO_REFERENCES), ...Object.keys(READ_ELSEWHERE)]) {
    t.ok(suspects.includes(field), `${field} still exists`)
  }
})

t.test('X49: a field that names a cluster is read, alone or in a oneof', async (t) => {
  const readersOf = (message: Message) => REFERENCE_READERS.get(message.$typeName)
  const namesIn = (message: Message) => {
    const read = readersOf(message)
    return typeof read === 'function' ? [...read(message, message)].map(({ name }) => name) : 'no reader'
  }
  t.same(namesIn(create(ZipkinConfigSchema, { collectorCluster: 'zipkin' })), ['zipkin'])
  const inOneof = { case: 'cluster', value: 'dubbo' } as const
  t.same(namesIn(create(DubboActionSchema, { clusterSpecifier: inOneof })), ['dubbo'])
  t.same(namesIn(create(DubboActionSchema)), [], 'the twin names none')
  const header = { case: 'clusterHeader', value: 'x-cluster' } as const
  t.same(namesIn(create(ThriftActionSchema, { clusterSpecifier: header })), [], 'a header is no cluster')
  t.same(namesIn(create(HttpUriSchema, { uri: 'https://a.example' })), [], 'nor is a URI alone')
  const named = { httpUpstreamType: { case: 'cluster', value: 'a' } } as const
  t.same(namesIn(create(HttpUriSchema, named)), ['a'])
  const discovery = { configSource: { configSourceSpecifier: { case: 'ads', value: {} } } } as const
  t.same(namesIn(create(DynamicConfigSchema, { name: 'f', configDiscovery: discovery })), ['f'])
})

t.test('X49: the listed fields exist, and are texts', async (t) => {
  const messages = new Map((await readMessages()).map((message) => [message.typeName, message]))
  const isField = ([typeName, field]: readonly [string, string]) =>
    messages.get(typeName)?.fields.some((one) => one.localName === field && one.scalar === ScalarType.STRING)
  t.same(
    Object.entries(CLUSTER_FIELDS).filter((entry) => !isField(entry)),
    [],
  )
})
