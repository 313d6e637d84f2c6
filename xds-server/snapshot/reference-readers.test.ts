// Every field of the generated protos that names a cluster, or a source of resources, is read or known not to matter.

import { readdirSync } from 'node:fs'
import { type DescFile, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import t from 'tap'
import { REFERENCE_READERS } from './reference-readers.ts'

const GENERATED = new URL('../../proto/gen/', import.meta.url)

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
  'envoy.config.route.v3.Vhds.config_source': 'Envoy asks for virtual hosts by the hosts of its requests',
  'envoy.config.cluster.v3.Cluster.lrs_server': 'where loads are reported',
  'envoy.config.core.v3.ExtensionConfigSource.config_source': 'read with the filter that has it',
  'envoy.extensions.filters.http.fault.v3.HTTPFault.upstream_cluster': 'a condition',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand.odcds_config':
    'a source of on-demand clusters',
}

/** Fields that are read with another message, by their full names. */
const READ_ELSEWHERE: Readonly<Record<string, string>> = {
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig.eds_config': 'envoy.config.cluster.v3.Cluster',
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
