// Which names a client certainly asks for, and which not: gRPC and Envoy, in each case that they differ.

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { type Route, VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import {
  discovered,
  http,
  httpFilters,
  rds,
  routeTo,
  scoped,
  socket,
  source,
  withFilters,
} from '../../test/support/referring-resources.ts'
import { cluster, secret, separateCluster, vhdsRoutes } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { type Subscriptions, unaskedNames } from './asked-for.ts'
import type { ResourceInput } from './resource.ts'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  SCOPED_ROUTE,
  SECRET,
  VIRTUAL_HOST,
} from './resource-type.ts'
import type { Snapshot } from './snapshot.ts'

const TYPES = {
  cluster: CLUSTER,
  endpoints: ENDPOINT,
  extension: EXTENSION_CONFIG,
  listener: LISTENER,
  route: ROUTE,
  scope: SCOPED_ROUTE,
  secret: SECRET,
  host: VIRTUAL_HOST,
}
type Type = keyof typeof TYPES

/** Subscriptions by short names of types: `*` is a wildcard. */
function subscribed(names: Partial<Record<Type, readonly string[]>>): Subscriptions {
  return new Map(
    Object.entries(names).map(([type, list]) => [
      TYPES[type as Type],
      { wildcard: list.includes('*'), names: new Set(list.filter((name) => name !== '*')) },
    ]),
  )
}

function snapshotOf(...resources: readonly ResourceInput[]): Snapshot {
  return new SnapshotCache().setSnapshot('fleet', resources)
}

function apiListener(name: string, manager: Any): ResourceInput {
  return create(ListenerSchema, { name, apiListener: { apiListener: manager } })
}

function routesWith(...hosts: readonly Route[][]): ResourceInput {
  const virtualHosts = hosts.map((routes) => create(VirtualHostSchema, { routes }))
  return create(RouteConfigurationSchema, { name: 'r', virtualHosts })
}

function aggregate(name: string, ...clusters: readonly string[]): ResourceInput {
  const typedConfig = anyPack(ClusterConfigSchema, create(ClusterConfigSchema, { clusters: [...clusters] }))
  return create(ClusterSchema, {
    name,
    clusterDiscoveryType: { case: 'clusterType', value: { name: 'envoy.clusters.aggregate', typedConfig } },
  })
}

const tls = create(UpstreamTlsContextSchema, {
  commonTlsContext: { tlsCertificateSdsSecretConfigs: [{ name: 'cert', sdsConfig: source('ads') }] },
})
const secured = create(ClusterSchema, { name: 'tls', ...socket(UpstreamTlsContextSchema, tls) })
const securedFilter = create(TypedExtensionConfigSchema, {
  name: 'f',
  typedConfig: anyPack(UpstreamTlsContextSchema, tls),
})

const toA = routeTo({ case: 'cluster', value: 'a' }, 'mirror')
const toB = routeTo({ case: 'cluster', value: 'b' })
const split = routeTo({
  case: 'weightedClusters',
  value: {
    clusters: [
      { name: 'a', weight: 1 },
      { name: 'zero', weight: 0 },
    ],
  },
})
const grpcListener = apiListener('l', rds(source('ads')))
const serverListener: ResourceInput = { name: 'server', resource: withFilters(rds(source('ads'))) }
const inline = http({
  case: 'routeConfig',
  value: { virtualHosts: [create(VirtualHostSchema, { routes: [toA] })] },
})
const scopes = scoped({ case: 'scopedRds', value: { scopedRdsConfigSource: source('ads') } }, source('ads'))
const scope = create(ScopedRouteConfigurationSchema, { name: 's', routeConfigurationName: 'r' })
const lazyScope = create(ScopedRouteConfigurationSchema, {
  name: 's',
  routeConfigurationName: 'r',
  onDemand: true,
})
const grpc = subscribed({ listener: ['l'] })
const envoy = subscribed({ cluster: ['*'], listener: ['*'] })
const lonely = subscribed({ listener: ['*'] })
const filtered = subscribed({ listener: ['*'], extension: ['f'] })
const withRoutes = subscribed({ cluster: ['*'], listener: ['*'], route: ['r'] })
const withHosts = subscribed({ cluster: ['*'], listener: ['*'], route: ['r'], host: ['*'] })
const envoyWithScopes = subscribed({ cluster: ['*'], listener: ['*'], scope: ['*'] })

type Case = readonly [
  what: string,
  resources: readonly ResourceInput[],
  subscriptions: Subscriptions,
  asked: readonly [type: Type, name: string],
  expected: 'asked for' | 'not asked for',
]

const CASES: readonly Case[] = [
  ['gRPC: the routes of its listener', [grpcListener], grpc, ['route', 'r'], 'asked for'],
  ['gRPC: the cluster of its routes', [grpcListener, routesWith([toA])], grpc, ['cluster', 'a'], 'asked for'],
  ['gRPC: the cluster of its inline routes', [apiListener('l', inline)], grpc, ['cluster', 'a'], 'asked for'],
  [
    'gRPC: the endpoints of that cluster',
    [grpcListener, routesWith([toA]), cluster('a')],
    grpc,
    ['endpoints', 'a'],
    'asked for',
  ],
  [
    'gRPC: the children of an aggregate cluster, and their endpoints',
    [grpcListener, routesWith([toA]), aggregate('a', 'child'), cluster('child')],
    grpc,
    ['endpoints', 'child'],
    'asked for',
  ],
  [
    'gRPC: a cluster of aggregate clusters that refer to each other',
    [grpcListener, routesWith([toA]), aggregate('a', 'child'), aggregate('child', 'a', 'leaf')],
    grpc,
    ['cluster', 'leaf'],
    'asked for',
  ],
  ['gRPC: a mirror', [grpcListener, routesWith([toA])], grpc, ['cluster', 'mirror'], 'not asked for'],
  [
    'gRPC: a cluster of weight 0',
    [grpcListener, routesWith([split])],
    grpc,
    ['cluster', 'zero'],
    'not asked for',
  ],
  [
    'gRPC: one with a weight beside it',
    [grpcListener, routesWith([split])],
    grpc,
    ['cluster', 'a'],
    'asked for',
  ],
  [
    'gRPC: a cluster of one virtual host of two',
    [grpcListener, routesWith([toA], [toB])],
    grpc,
    ['cluster', 'a'],
    'not asked for',
  ],
  [
    'gRPC: a cluster of both virtual hosts',
    [grpcListener, routesWith([toA], [toB, toA])],
    grpc,
    ['cluster', 'a'],
    'asked for',
  ],
  [
    'gRPC: the endpoints of a mirror',
    [grpcListener, routesWith([toA]), cluster('mirror')],
    grpc,
    ['endpoints', 'mirror'],
    'not asked for',
  ],
  [
    'gRPC: a secret, because its certificates come from files',
    [grpcListener, routesWith([routeTo({ case: 'cluster', value: 'tls' })]), secured],
    grpc,
    ['secret', 'cert'],
    'not asked for',
  ],
  [
    'gRPC: a cluster that no route of it uses',
    [grpcListener, routesWith([toA]), cluster('x')],
    grpc,
    ['cluster', 'x'],
    'not asked for',
  ],
  [
    'gRPC: the routes of a listener that it has not asked for',
    [grpcListener],
    subscribed({ listener: ['other'] }),
    ['route', 'r'],
    'not asked for',
  ],
  [
    'gRPC: endpoints of a cluster that it still has, but no longer uses',
    [grpcListener, routesWith([toA]), cluster('old')],
    subscribed({ listener: ['l'], cluster: ['old'] }),
    ['endpoints', 'old'],
    'not asked for',
  ],
  [
    'a gRPC server: the routes of its listener',
    [serverListener],
    subscribed({ listener: ['server'] }),
    ['route', 'r'],
    'asked for',
  ],
  [
    'a gRPC server: the clusters of those routes',
    [serverListener, routesWith([toA])],
    subscribed({ listener: ['server'] }),
    ['cluster', 'a'],
    'not asked for',
  ],
  [
    'a gRPC process with a server and a channel: the clusters of the channel',
    [serverListener, grpcListener, routesWith([toA])],
    subscribed({ listener: ['server', 'l'] }),
    ['cluster', 'a'],
    'asked for',
  ],

  ['Envoy: the endpoints of a cluster', [cluster('a')], envoy, ['endpoints', 'a'], 'asked for'],
  ['Envoy: the secret of a cluster', [secured], envoy, ['secret', 'cert'], 'asked for'],
  ['Envoy: the routes of a listener', [serverListener], envoy, ['route', 'r'], 'asked for'],
  ['Envoy with static clusters: routes', [serverListener], lonely, ['route', 'r'], 'asked for'],
  ['Envoy: the secret of a filter', [securedFilter], filtered, ['secret', 'cert'], 'asked for'],
  ['Envoy: all scopes', [{ name: 'l', resource: withFilters(scopes) }], envoy, ['scope', '*'], 'asked for'],
  [
    'Envoy: the routes of a scope',
    [{ name: 'l', resource: withFilters(scopes) }, scope],
    envoyWithScopes,
    ['route', 'r'],
    'asked for',
  ],
  [
    'Envoy: the routes of a scope on demand',
    [{ name: 'l', resource: withFilters(scopes) }, lazyScope],
    envoyWithScopes,
    ['route', 'r'],
    'not asked for',
  ],
  ['Envoy: virtual hosts', [vhdsRoutes('r')], withRoutes, ['host', 'r/*'], 'asked for'],
  ['Envoy that has all virtual hosts', [vhdsRoutes('r')], withHosts, ['host', 'r/*'], 'not asked for'],
  [
    'Envoy: the discovered configuration of a filter',
    [{ name: 'l', resource: withFilters(httpFilters(discovered('f', source('ads')))) }],
    envoy,
    ['extension', 'f'],
    'asked for',
  ],
  [
    'Envoy: endpoints from a separate EDS service, which may be another server',
    [separateCluster('a')],
    envoy,
    ['endpoints', 'a'],
    'not asked for',
  ],
  [
    'Envoy without a wildcard for clusters: a cluster on demand',
    [serverListener, routesWith([toA])],
    subscribed({ listener: ['*'], route: ['r'] }),
    ['cluster', 'a'],
    'not asked for',
  ],
  [
    'Envoy with static listeners: the clusters of its routes, which the bootstrap may have',
    [routesWith([toA])],
    subscribed({ route: ['r'] }),
    ['cluster', 'a'],
    'not asked for',
  ],
  ['Envoy: endpoints of no cluster', [cluster('a')], envoy, ['endpoints', 'x'], 'not asked for'],
]

/** What `unaskedNames` finds, by short names of types. */
function unasked(
  subscriptions: Subscriptions,
  snapshot: Snapshot,
  external = {},
): Record<string, readonly string[]> {
  const found = unaskedNames(subscriptions, snapshot, { external })
  return Object.fromEntries(
    [...found].map(([typeUrl, names]) => [
      Object.entries(TYPES).find(([, url]) => url === typeUrl)?.[0] ?? typeUrl,
      names,
    ]),
  )
}

for (const [what, resources, subscriptions, [type, name], expected] of CASES) {
  t.test(`X45: ${expected}: ${what}`, async (t) => {
    const { [type]: names = [] } = unasked(subscriptions, snapshotOf(...resources))
    t.equal(names.includes(name), expected === 'asked for')
  })
}

t.test('X45: gRPC has asked for everything when only names are left that it may never ask for', async (t) => {
  const snapshot = snapshotOf(
    grpcListener,
    routesWith([toA, split]),
    ...['a', 'mirror', 'zero', 'unused'].map((name) => cluster(name)),
  )
  t.strictSame(unasked(grpc, snapshot), { route: ['r'], cluster: ['a'], endpoints: ['a'] })
  const routed = subscribed({ listener: ['l'], route: ['r'] })
  t.strictSame(unasked(routed, snapshot), { cluster: ['a'], endpoints: ['a'] })
  const all = subscribed({ listener: ['l'], route: ['r'], cluster: ['a'], endpoints: ['a'] })
  t.strictSame(unasked(all, snapshot), {})
})

t.test('X45: Envoy has asked for everything when it has asked for what its resources need', async (t) => {
  const snapshot = snapshotOf(
    cluster('a'),
    cluster('b'),
    secured,
    serverListener,
    routesWith([toA]),
    secret('cert', 'x'),
  )
  t.strictSame(unasked(envoy, snapshot), { endpoints: ['a', 'b'], secret: ['cert'], route: ['r'] })
  const some = subscribed({ cluster: ['*'], listener: ['*'], route: ['r'], endpoints: ['b'] })
  t.strictSame(unasked(some, snapshot), { endpoints: ['a'], secret: ['cert'] })
  const all = subscribed({
    cluster: ['*'],
    listener: ['*'],
    route: ['r'],
    endpoints: ['a', 'b'],
    secret: ['*'],
  })
  t.strictSame(unasked(all, snapshot), {})
})

t.test(
  'X45: Envoy has asked for scopes when it has a wildcard for them, and then needs their routes',
  async (t) => {
    const snapshot = snapshotOf({ name: 'l', resource: withFilters(scopes) }, scope)
    t.strictSame(unasked(envoy, snapshot), { scope: ['*'] })
    const scopesAsked = subscribed({ cluster: ['*'], listener: ['*'], scope: ['*'] })
    t.strictSame(unasked(scopesAsked, snapshot), { route: ['r'] })
  },
)

t.test('X45: Envoy does not take a cluster that its bootstrap has, nor ask for its endpoints', async (t) => {
  const snapshot = snapshotOf(cluster('own'), cluster('a'))
  const external = { [CLUSTER]: ['own'] }
  t.strictSame(unasked(envoy, snapshot, external), { endpoints: ['a'] })
  t.strictSame(unasked(envoy, snapshot), { endpoints: ['a', 'own'] })
})

t.test('X45: a name that the bootstrap has is not asked for', async (t) => {
  const snapshot = snapshotOf(secured)
  const external = { [SECRET.replace('type.googleapis.com', 'another.example')]: ['cert'] }
  t.strictSame(unasked(envoy, snapshot, external), {})
  t.strictSame(unasked(envoy, snapshot), { secret: ['cert'] })
})

t.test('X45: two types that need names of one type are reported together', async (t) => {
  const inlineScope = scoped(
    {
      case: 'scopedRouteConfigurationsList',
      value: { scopedRouteConfigurations: [{ name: 't', routeConfigurationName: 'q' }] },
    },
    source('ads'),
  )
  const snapshot = snapshotOf({ name: 'l', resource: withFilters(inlineScope) }, scope)
  const subscriptions = subscribed({ cluster: ['*'], listener: ['*'], scope: ['*'] })
  t.strictSame(unasked(subscriptions, snapshot), { route: ['q', 'r'] })
})
