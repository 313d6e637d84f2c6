// Which names a client certainly asks for, and which it may never ask for: gRPC and Envoy, in each case that they differ.

import { create } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
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
import { cluster, secret, separateCluster, staticCluster, tcpListener } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import {
  type Expectation,
  expectationOf,
  maySubscribeToListeners,
  type Subscriptions,
  unaskedNames,
} from './asked-for.ts'
import type { ResourceInput } from './resource.ts'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  SCOPED_ROUTE,
  SECRET,
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

const secured = create(ClusterSchema, {
  name: 'tls',
  ...socket(
    UpstreamTlsContextSchema,
    create(UpstreamTlsContextSchema, {
      commonTlsContext: { tlsCertificateSdsSecretConfigs: [{ name: 'cert', sdsConfig: source('ads') }] },
    }),
  ),
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

type Case = readonly [
  what: string,
  resources: readonly ResourceInput[],
  subscriptions: Subscriptions,
  asked: readonly [type: Type, name: string],
  expected: Expectation,
]

const CASES: readonly Case[] = [
  ['gRPC: the routes of its listener', [grpcListener], grpc, ['route', 'r'], 'certain'],
  ['gRPC: the cluster of its routes', [grpcListener, routesWith([toA])], grpc, ['cluster', 'a'], 'certain'],
  ['gRPC: the cluster of its inline routes', [apiListener('l', inline)], grpc, ['cluster', 'a'], 'certain'],
  [
    'gRPC: the endpoints of that cluster',
    [grpcListener, routesWith([toA]), cluster('a')],
    grpc,
    ['endpoints', 'a'],
    'certain',
  ],
  [
    'gRPC: the children of an aggregate cluster, and their endpoints',
    [grpcListener, routesWith([toA]), aggregate('a', 'child'), cluster('child')],
    grpc,
    ['endpoints', 'child'],
    'certain',
  ],
  [
    'gRPC: a cluster of aggregate clusters that refer to each other',
    [grpcListener, routesWith([toA]), aggregate('a', 'child'), aggregate('child', 'a', 'leaf')],
    grpc,
    ['cluster', 'leaf'],
    'certain',
  ],
  ['gRPC: a mirror', [grpcListener, routesWith([toA])], grpc, ['cluster', 'mirror'], 'possible'],
  ['gRPC: a cluster of weight 0', [grpcListener, routesWith([split])], grpc, ['cluster', 'zero'], 'possible'],
  [
    'gRPC: one with a weight beside it',
    [grpcListener, routesWith([split])],
    grpc,
    ['cluster', 'a'],
    'certain',
  ],
  [
    'gRPC: a cluster of one virtual host of two',
    [grpcListener, routesWith([toA], [toB])],
    grpc,
    ['cluster', 'a'],
    'possible',
  ],
  [
    'gRPC: a cluster of both virtual hosts',
    [grpcListener, routesWith([toA], [toB, toA])],
    grpc,
    ['cluster', 'a'],
    'certain',
  ],
  [
    'gRPC: the endpoints of a mirror',
    [grpcListener, routesWith([toA]), cluster('mirror')],
    grpc,
    ['endpoints', 'mirror'],
    'possible',
  ],
  [
    'gRPC: a secret, because its certificates come from files',
    [grpcListener, routesWith([routeTo({ case: 'cluster', value: 'tls' })]), secured],
    grpc,
    ['secret', 'cert'],
    'possible',
  ],
  [
    'gRPC: a cluster that no route of it uses',
    [grpcListener, routesWith([toA]), cluster('x')],
    grpc,
    ['cluster', 'x'],
    'unrelated',
  ],
  [
    'gRPC: the routes of a listener that it has not asked for',
    [grpcListener],
    subscribed({ listener: ['other'] }),
    ['route', 'r'],
    'unrelated',
  ],
  [
    'gRPC: endpoints of a cluster that it still has, but no longer uses',
    [grpcListener, routesWith([toA]), cluster('old')],
    subscribed({ listener: ['l'], cluster: ['old'] }),
    ['endpoints', 'old'],
    'unrelated',
  ],
  [
    'a gRPC server: the routes of its listener',
    [serverListener],
    subscribed({ listener: ['server'] }),
    ['route', 'r'],
    'certain',
  ],
  [
    'a gRPC server: the clusters of those routes',
    [serverListener, routesWith([toA])],
    subscribed({ listener: ['server'] }),
    ['cluster', 'a'],
    'possible',
  ],
  [
    'a gRPC process with a server and a channel: the clusters of the channel',
    [serverListener, grpcListener, routesWith([toA])],
    subscribed({ listener: ['server', 'l'] }),
    ['cluster', 'a'],
    'certain',
  ],

  ['Envoy: the endpoints of a cluster', [cluster('a')], envoy, ['endpoints', 'a'], 'certain'],
  ['Envoy: the secret of a cluster', [secured], envoy, ['secret', 'cert'], 'certain'],
  ['Envoy: the routes of a listener', [serverListener], envoy, ['route', 'r'], 'certain'],
  ['Envoy: all scopes', [{ name: 'l', resource: withFilters(scopes) }], envoy, ['scope', 's'], 'certain'],
  [
    'Envoy: the routes of a scope',
    [{ name: 'l', resource: withFilters(scopes) }, scope],
    envoy,
    ['route', 'r'],
    'certain',
  ],
  [
    'Envoy: the routes of a scope on demand',
    [{ name: 'l', resource: withFilters(scopes) }, lazyScope],
    envoy,
    ['route', 'r'],
    'possible',
  ],
  [
    'Envoy: the discovered configuration of a filter',
    [{ name: 'l', resource: withFilters(httpFilters(discovered('f', source('ads')))) }],
    envoy,
    ['extension', 'f'],
    'certain',
  ],
  [
    'Envoy: endpoints from a separate EDS service, which may be another server',
    [separateCluster('a')],
    envoy,
    ['endpoints', 'a'],
    'possible',
  ],
  [
    'Envoy without a wildcard for clusters: a cluster on demand',
    [serverListener, routesWith([toA])],
    subscribed({ listener: ['*'], route: ['r'] }),
    ['cluster', 'a'],
    'possible',
  ],
  [
    'Envoy with static listeners: the clusters of its routes, which the bootstrap may have',
    [routesWith([toA])],
    subscribed({ route: ['r'] }),
    ['cluster', 'a'],
    'possible',
  ],
  [
    'Envoy: listeners, if it has asked for clusters only',
    [cluster('a'), serverListener],
    subscribed({ cluster: ['*'] }),
    ['listener', 'server'],
    'possible',
  ],
  ['Envoy: endpoints of no cluster', [cluster('a')], envoy, ['endpoints', 'x'], 'unrelated'],
]

for (const [what, resources, subscriptions, [type, name], expected] of CASES) {
  t.test(`X45: ${expected}: ${what}`, async (t) => {
    const reference = { typeUrl: TYPES[type], name }
    t.equal(expectationOf(reference, subscriptions, snapshotOf(...resources)), expected)
  })
}

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

t.test('X45: what gRPC asks for is gathered once for all clients with the same listeners', async (t) => {
  const snapshot = snapshotOf(grpcListener, routesWith([toA]), cluster('a'))
  let reads = 0
  const types = new Proxy(snapshot.types, {
    get: (target, key) => {
      if (key === 'get') reads += 1
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const counted = { ...snapshot, types }
  unaskedNames(grpc, counted)
  const once = reads
  t.strictSame([...unaskedNames(new Map(grpc), counted).keys()], [ROUTE, CLUSTER, ENDPOINT])
  t.equal(reads, once)
  t.ok(once > 0)
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
  const own = { typeUrl: ENDPOINT, name: 'own' }
  t.equal(expectationOf(own, envoy, snapshot, { external }), 'possible')
  t.equal(expectationOf(own, envoy, snapshot), 'certain')
})

t.test('X45: a name that the bootstrap has is not asked for', async (t) => {
  const snapshot = snapshotOf(secured)
  const external = { [SECRET.replace('type.googleapis.com', 'another.example')]: ['cert'] }
  t.strictSame(unasked(envoy, snapshot, external), {})
  t.strictSame(unasked(envoy, snapshot), { secret: ['cert'] })
  t.equal(expectationOf({ typeUrl: SECRET, name: 'cert' }, envoy, snapshot, { external }), 'possible')
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

t.test(
  'X45: an Envoy with clusters may still ask for listeners; with listeners it asks for no clusters',
  async (t) => {
    const snapshot = snapshotOf(staticCluster('a'), tcpListener('l', 1, 'a'))
    t.ok(maySubscribeToListeners(subscribed({ cluster: ['*'] }), snapshot))
    t.notOk(maySubscribeToListeners(subscribed({ listener: ['*'] }), snapshot))
    t.notOk(maySubscribeToListeners(envoy, snapshot), 'it has asked for both')
    t.notOk(maySubscribeToListeners(grpc, snapshot), 'gRPC has no wildcard')
    t.notOk(
      maySubscribeToListeners(subscribed({ cluster: ['*'] }), snapshotOf(staticCluster('a'))),
      'none to ask for',
    )
  },
)
