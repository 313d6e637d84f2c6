// What a resource refers to, found wherever Envoy looks for it.

import {
  create,
  type DescMessage,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { Cluster_DiscoveryType, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import {
  type ConfigSource,
  ConfigSourceSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import type { RouteSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import { assignment, httpListener, secret } from '../../test/support/resources.ts'
import { referencesOf } from './references.ts'
import { CLUSTER, ENDPOINT, ROUTE, SECRET } from './resource-type.ts'

const SHORT = new Map([
  [CLUSTER, 'cluster'],
  [ENDPOINT, 'endpoint'],
  [ROUTE, 'route'],
  [SECRET, 'secret'],
])

function references(resource: Message): string[] {
  return referencesOf(resource).map(({ typeUrl, name }) => `${SHORT.get(typeUrl)} ${name}`)
}

function source(kind: 'ads' | 'self'): ConfigSource {
  return create(ConfigSourceSchema, { configSourceSpecifier: { case: kind, value: {} } })
}

const elsewhere = create(ConfigSourceSchema, { configSourceSpecifier: { case: 'path', value: '/file' } })

type Cases = readonly [what: string, resource: Message, expected: readonly string[]][]

function edsCluster(edsClusterConfig: object | undefined, type = Cluster_DiscoveryType.EDS): Message {
  const discovery = { clusterDiscoveryType: { case: 'type' as const, value: type } }
  return create(ClusterSchema, { name: 'c', ...discovery, ...(edsClusterConfig && { edsClusterConfig }) })
}

const CLUSTERS: Cases = [
  ['its assignment, over ADS', edsCluster({ edsConfig: source('ads') }), ['endpoint c']],
  ['its assignment, over the same stream', edsCluster({ edsConfig: source('self') }), ['endpoint c']],
  ['that of its service name', edsCluster({ edsConfig: source('ads'), serviceName: 's' }), ['endpoint s']],
  ['not one that comes from elsewhere', edsCluster({ edsConfig: elsewhere }), []],
  ['not one without a source', edsCluster({}), []],
  ['not one without EDS config', edsCluster(undefined), []],
  ['none where it is not of EDS', edsCluster({ edsConfig: source('ads') }, Cluster_DiscoveryType.STATIC), []],
  [
    'none where an extension finds its endpoints',
    create(ClusterSchema, {
      name: 'c',
      clusterDiscoveryType: { case: 'clusterType', value: { name: 'x' } },
      edsClusterConfig: { edsConfig: source('ads') },
    }),
    [],
  ],
]

const tls = {
  tlsCertificateSdsSecretConfigs: [
    { name: 'cert', sdsConfig: source('ads') },
    { name: 'file', sdsConfig: elsewhere },
    { name: 'bootstrap' },
  ],
}
const validation = { name: 'ca', sdsConfig: source('ads') }

type Tls = MessageInitShape<typeof CommonTlsContextSchema>

function upstream(commonTlsContext: Tls) {
  return socket(UpstreamTlsContextSchema, create(UpstreamTlsContextSchema, { commonTlsContext }))
}

function downstream(commonTlsContext: Tls) {
  return socket(DownstreamTlsContextSchema, create(DownstreamTlsContextSchema, { commonTlsContext }))
}

function socket<T extends DescMessage>(schema: T, message: MessageShape<T>) {
  return { transportSocket: typed(anyPack(schema, message)) }
}

function typed(value: Any) {
  return { configType: { case: 'typedConfig' as const, value } }
}

const SECRETS: Cases = [
  ['its certificates that are served here', create(ClusterSchema, upstream(tls)), ['secret cert']],
  [
    'its validation context',
    create(
      ClusterSchema,
      upstream({ validationContextType: { case: 'validationContextSdsSecretConfig', value: validation } }),
    ),
    ['secret ca'],
  ],
  [
    'its combined validation context',
    create(
      ClusterSchema,
      upstream({
        validationContextType: {
          case: 'combinedValidationContext',
          value: { validationContextSdsSecretConfig: validation },
        },
      }),
    ),
    ['secret ca'],
  ],
  [
    'nothing of a combined validation context without a secret',
    create(
      ClusterSchema,
      upstream({ validationContextType: { case: 'combinedValidationContext', value: {} } }),
    ),
    [],
  ],
  [
    'nothing of a validation context that stands in the resource',
    create(ClusterSchema, upstream({ validationContextType: { case: 'validationContext', value: {} } })),
    [],
  ],
  [
    'those of its transport socket matches',
    create(ClusterSchema, { transportSocketMatches: [upstream(tls)] }),
    ['secret cert'],
  ],
  [
    'nothing of a TLS context that says nothing',
    create(ClusterSchema, socket(UpstreamTlsContextSchema, create(UpstreamTlsContextSchema))),
    [],
  ],
  [
    'nothing of a socket that is not TLS',
    create(ClusterSchema, socket(TcpProxySchema, create(TcpProxySchema))),
    [],
  ],
  ['nothing of a socket without config', create(ClusterSchema, { transportSocket: { name: 'raw' } }), []],
  ['those of a filter chain', create(ListenerSchema, { filterChains: [downstream(tls)] }), ['secret cert']],
]

function withFilters(...filters: Any[]): Message {
  return create(ListenerSchema, { filterChains: [{ filters: filters.map(typed) }] })
}

function tcp(clusterSpecifier: MessageInitShape<typeof TcpProxySchema>['clusterSpecifier'] & object): Any {
  return anyPack(TcpProxySchema, create(TcpProxySchema, { clusterSpecifier }))
}

function http(
  routeSpecifier: MessageInitShape<typeof HttpConnectionManagerSchema>['routeSpecifier'] & object,
): Any {
  return anyPack(HttpConnectionManagerSchema, create(HttpConnectionManagerSchema, { routeSpecifier }))
}

const toA = tcp({ case: 'cluster', value: 'a' })
const rds = (configSource: ConfigSource) =>
  http({ case: 'rds', value: { routeConfigName: 'r', configSource } })

const LISTENERS: Cases = [
  ['the cluster of a TCP proxy', withFilters(toA), ['cluster a']],
  [
    'the weighted clusters of a TCP proxy',
    withFilters(
      tcp({
        case: 'weightedClusters',
        value: {
          clusters: [
            { name: 'a', weight: 1 },
            { name: 'b', weight: 1 },
          ],
        },
      }),
    ),
    ['cluster a', 'cluster b'],
  ],
  [
    'nothing of a TCP proxy without a cluster',
    withFilters(anyPack(TcpProxySchema, create(TcpProxySchema))),
    [],
  ],
  ['its routes', httpListener('l', 1, 'r'), ['route r']],
  ['its routes, over the same stream', withFilters(rds(source('self'))), ['route r']],
  ['not routes that come from elsewhere', withFilters(rds(elsewhere)), []],
  ['nothing of scoped routes', withFilters(http({ case: 'scopedRoutes', value: { name: 's' } })), []],
  [
    'the clusters of routes that stand in it',
    withFilters(
      http({
        case: 'routeConfig',
        value: { virtualHosts: [{ routes: [to({ case: 'cluster', value: 'a' })] }] },
      }),
    ),
    ['cluster a'],
  ],
  [
    'nothing of filters without config',
    create(ListenerSchema, { filterChains: [{ filters: [{ name: 'x' }] }] }),
    [],
  ],
  [
    'nothing of a filter whose config comes by itself',
    create(ListenerSchema, {
      filterChains: [
        { filters: [{ configType: { case: 'configDiscovery', value: { configSource: source('ads') } } }] },
      ],
    }),
    [],
  ],
  [
    'what each filter of each chain refers to, the default chain too, each once',
    create(ListenerSchema, {
      filterChains: [{ filters: [typed(toA), typed(rds(source('ads')))] }, { filters: [typed(toA)] }],
      defaultFilterChain: { filters: [typed(tcp({ case: 'cluster', value: 'b' }))] },
    }),
    ['cluster a', 'route r', 'cluster b'],
  ],
  [
    'the routes of an API listener, as gRPC clients are given it',
    create(ListenerSchema, { apiListener: { apiListener: rds(source('ads')) } }),
    ['route r'],
  ],
]

type RouteInit = MessageInitShape<typeof RouteSchema>
type Target = (RouteInit['action'] & { readonly case: 'route' })['value']['clusterSpecifier'] & object

function to(clusterSpecifier: Target, ...mirrors: string[]): RouteInit {
  const requestMirrorPolicies = mirrors.map((cluster) => ({ cluster }))
  return { action: { case: 'route', value: { clusterSpecifier, requestMirrorPolicies } } }
}

function withRoutes(routes: readonly RouteInit[], mirrors: readonly string[] = []): Message {
  const requestMirrorPolicies = mirrors.map((cluster) => ({ cluster }))
  return create(RouteConfigurationSchema, { virtualHosts: [{ routes: [...routes], requestMirrorPolicies }] })
}

const ROUTES: Cases = [
  ['its cluster', withRoutes([to({ case: 'cluster', value: 'a' })]), ['cluster a']],
  [
    'its weighted clusters',
    withRoutes([to({ case: 'weightedClusters', value: { clusters: [{ name: 'a' }, { name: 'b' }] } })]),
    ['cluster a', 'cluster b'],
  ],
  [
    'no weighted cluster that a header names',
    withRoutes([to({ case: 'weightedClusters', value: { clusters: [{ clusterHeader: 'x' }] } })]),
    [],
  ],
  ['no cluster that a header names', withRoutes([to({ case: 'clusterHeader', value: 'x' })]), []],
  [
    'the clusters it mirrors to, for a route and for a host',
    withRoutes([to({ case: 'cluster', value: 'a' }, 'm1', '')], ['m2']),
    ['cluster m2', 'cluster a', 'cluster m1'],
  ],
  [
    'no cluster where it answers itself',
    withRoutes([{ action: { case: 'directResponse', value: { status: 200 } } }]),
    [],
  ],
]

const OTHERS: Cases = [
  ['nothing: an assignment', assignment('a', 1), []],
  ['nothing: a secret', secret('s', 'x'), []],
]

for (const [kind, cases] of Object.entries({
  'a cluster': CLUSTERS,
  TLS: SECRETS,
  'a listener': LISTENERS,
  'a route': ROUTES,
  'another resource': OTHERS,
})) {
  for (const [what, resource, expected] of cases) {
    t.test(`${kind} refers to ${what}`, async (t) => {
      t.same(references(resource), expected)
    })
  }
}
