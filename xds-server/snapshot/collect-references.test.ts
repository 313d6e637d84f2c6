// Which kinds of client ask for what a resource refers to.

import { create, type Message } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import {
  discovered,
  elsewhere,
  http,
  httpFilters,
  rds,
  referencesOf,
  routeTo,
  scoped,
  socket,
  source,
  tcp,
  withFilters,
} from '../../test/support/referring-resources.ts'
import { cluster } from '../../test/support/resources.ts'
import type { ClientKind } from './references.ts'

const weightedClusters = {
  clusters: [
    { name: 'w', weight: 1 },
    { name: 'zero', weight: 0 },
  ],
}
const virtualHosts = [
  create(VirtualHostSchema, {
    routes: [
      routeTo({ case: 'cluster', value: 'a' }),
      routeTo({ case: 'weightedClusters', value: weightedClusters }, 'mirror'),
    ],
  }),
]
const inlineRoutes = http({ case: 'routeConfig', value: { virtualHosts } })

function apiListener(manager: Any): Message {
  return create(ListenerSchema, { apiListener: { apiListener: manager } })
}

const secured = create(
  ClusterSchema,
  socket(
    UpstreamTlsContextSchema,
    create(UpstreamTlsContextSchema, {
      commonTlsContext: { tlsCertificateSdsSecretConfigs: [{ name: 'cert', sdsConfig: source('ads') }] },
    }),
  ),
)
const aggregate = create(ClusterSchema, {
  clusterDiscoveryType: {
    case: 'clusterType',
    value: { typedConfig: anyPack(ClusterConfigSchema, create(ClusterConfigSchema, { clusters: ['a'] })) },
  },
})
const scopes = scoped({ case: 'scopedRds', value: { scopedRdsConfigSource: source('ads') } }, elsewhere)
const discoveredFilters = httpFilters(discovered('f', source('ads')))
const lazyScope = { name: 's', routeConfigurationName: 'r', onDemand: true }

const CASES: readonly [what: string, resource: Message, expected: Readonly<Record<string, ClientKind[]>>][] =
  [
    ['endpoints: every client with the cluster', cluster('c'), { c: ['envoy', 'grpc-client'] }],
    ['a secret: Envoy only', secured, { cert: ['envoy'] }],
    ['the children of an aggregate cluster: gRPC only', aggregate, { a: ['grpc-client'] }],
    [
      'clusters: gRPC, those with a weight and no mirrors',
      create(RouteConfigurationSchema, { virtualHosts }),
      { a: ['grpc-client'], w: ['grpc-client'], zero: [], mirror: [] },
    ],
    [
      'clusters of inline routes: the gRPC client whose listener it is',
      apiListener(inlineRoutes),
      { a: ['grpc-client'], w: ['grpc-client'], zero: [], mirror: [] },
    ],
    [
      'clusters of the inline routes of a server: nobody by name',
      withFilters(inlineRoutes),
      { a: [], w: [], zero: [], mirror: [] },
    ],
    [
      'clusters of the inline routes of a scope: nobody by name',
      create(ScopedRouteConfigurationSchema, { name: 's', routeConfiguration: { virtualHosts } }),
      { a: [], w: [], zero: [], mirror: [] },
    ],
    [
      'the cluster of a TCP proxy: nobody by name',
      withFilters(tcp({ case: 'cluster', value: 'a' })),
      { a: [] },
    ],
    [
      'routes of a listener: Envoy and a gRPC server',
      withFilters(rds(source('ads'))),
      { r: ['envoy', 'grpc-server'] },
    ],
    [
      'routes of an API listener: a gRPC client',
      apiListener(rds(source('ads'))),
      { r: ['envoy', 'grpc-client'] },
    ],
    ['the configuration of a filter: Envoy only', withFilters(discoveredFilters), { f: ['envoy'] }],
    ['scopes: Envoy only', withFilters(scopes), { '*': ['envoy'] }],
    [
      'routes of a scope: Envoy only',
      create(ScopedRouteConfigurationSchema, { name: 's', routeConfigurationName: 'r' }),
      { r: ['envoy'] },
    ],
    [
      'routes of a scope on demand: nobody at once',
      create(ScopedRouteConfigurationSchema, lazyScope),
      { r: [] },
    ],
    [
      'a name from two places: whoever asks because of one of them',
      withFilters(
        scoped(
          {
            case: 'scopedRouteConfigurationsList',
            value: { scopedRouteConfigurations: [lazyScope, { name: 't', routeConfigurationName: 'r' }] },
          },
          source('ads'),
        ),
      ),
      { r: ['envoy'] },
    ],
  ]

for (const [what, resource, expected] of CASES) {
  t.test(`X45: who asks for ${what}`, async (t) => {
    const found = Object.fromEntries(referencesOf(resource).map(({ name, askedBy }) => [name, askedBy]))
    t.strictSame(found, expected)
  })
}

t.test('X49: a name from two places may be missing only if both places have a default', async (t) => {
  const lenient = discovered('f', source('ads'), tcp({ case: undefined }))
  const strict = discovered('f', source('ads'))
  const isOptional = (...filters: readonly (typeof strict)[]) =>
    referencesOf(withFilters(httpFilters(...filters))).map((reference) => reference.isOptional ?? false)
  t.same(isOptional(lenient, lenient), [true])
  t.same(isOptional(lenient, strict), [false])
  t.same(isOptional(strict, lenient), [false])
  t.same(isOptional(strict, strict), [false])
})
