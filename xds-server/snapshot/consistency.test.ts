// Each kind of dangling reference is found, with its place and how to fix it.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { TypedExtensionConfigSchema } from '@envoy/xds-protos/envoy/config/core/v3/extension_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ScopedRouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/scoped_route_pb.js'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import t from 'tap'
import {
  discovered,
  httpFilters,
  scoped,
  socket,
  source,
  tcp,
  to,
  withFilters,
} from '../../test/support/referring-resources.ts'
import {
  assignment,
  cluster,
  httpListener,
  routes,
  secret,
  staticCluster,
  tcpListener,
} from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { findDanglingReferences } from './consistency.ts'
import type { ResourceInput } from './resource.ts'
import { CLUSTER, EXTENSION_CONFIG, ROUTE, SCOPED_ROUTE, SECRET } from './resource-type.ts'

const CASES: readonly [what: string, resources: readonly ResourceInput[], expected: readonly object[]][] = [
  ['nothing', [], []],
  ['everything', [cluster('a'), assignment('a', 1), httpListener('l', 1), routes('l', 'a')], []],
  ['a cluster without its assignment, which is served an empty one', [cluster('a')], []],
  ['an assignment, listeners, and clusters that nobody uses', [assignment('x', 1), cluster('a')], []],
  [
    'routes to a cluster that is missing',
    [routes('r', 'a')],
    [
      {
        path: 'RouteConfiguration "r"',
        message:
          'refers to Cluster "a", which is not in the snapshot: add it, remove the reference, or list "a" in `external` if clients have it from elsewhere',
      },
    ],
  ],
  [
    'several listeners whose routes and clusters are missing',
    [tcpListener('one', 1, 'a'), cluster('b'), tcpListener('two', 2, 'b'), httpListener('three', 3, 'r')],
    [
      {
        path: 'Listener "one"',
        message:
          'refers to Cluster "a", which is not in the snapshot: add it, remove the reference, or list "a" in `external` if clients have it from elsewhere',
      },
      {
        path: 'Listener "three"',
        message:
          'refers to RouteConfiguration "r", which is not in the snapshot: add it, remove the reference, or list "r" in `external` if clients have it from elsewhere',
      },
    ],
  ],
]

for (const [what, resources, expected] of CASES) {
  t.test(`${expected.length} problems in a snapshot with ${what}`, async (t) => {
    const snapshot = new SnapshotCache().setSnapshot('fleet', resources)
    t.same(findDanglingReferences(snapshot), expected)
  })
}

function listenerWith(packed: Parameters<typeof withFilters>[0]): ResourceInput {
  return { name: 'l', resource: withFilters(packed) }
}

const aggregate = create(ClusterSchema, {
  name: 'all',
  clusterDiscoveryType: {
    case: 'clusterType',
    value: {
      name: 'envoy.clusters.aggregate',
      typedConfig: anyPack(ClusterConfigSchema, create(ClusterConfigSchema, { clusters: ['a'] })),
    },
  },
})
const weighted = { case: 'weightedClusters' as const, value: { clusters: [{ name: 'a', weight: 1 }] } }
const routed = create(RouteConfigurationSchema, { name: 'r', virtualHosts: [{ routes: [to(weighted)] }] })
const mirrored = create(RouteConfigurationSchema, {
  name: 'r',
  virtualHosts: [{ routes: [to({ case: 'cluster', value: 'b' }, 'a')] }],
})
const scopes = scoped({ case: 'scopedRds', value: { scopedRdsConfigSource: source('ads') } }, source('ads'))
const inlineScope = scoped(
  {
    case: 'scopedRouteConfigurationsList',
    value: { scopedRouteConfigurations: [{ name: 's', routeConfigurationName: 'r' }] },
  },
  source('ads'),
)
const scope = create(ScopedRouteConfigurationSchema, { name: 's', routeConfigurationName: 'r' })
const route = create(RouteConfigurationSchema, { name: 'r' })
const filterConfig = create(TypedExtensionConfigSchema, { name: 'f' })
const discoveredFilter = discovered('f', source('ads'))
const secured = create(ClusterSchema, {
  name: 'c',
  ...socket(
    UpstreamTlsContextSchema,
    create(UpstreamTlsContextSchema, {
      commonTlsContext: {
        validationContextType: {
          case: 'validationContextSdsSecretConfig',
          value: { name: 'ca', sdsConfig: source('ads') },
        },
      },
    }),
  ),
})

/** A resource that refers to another one, and that one. */
const KINDS: readonly [
  what: string,
  referring: readonly ResourceInput[],
  missing: { readonly typeUrl: string; readonly name: string },
  wanted: ResourceInput,
][] = [
  ['weighted clusters', [routed], { typeUrl: CLUSTER, name: 'a' }, staticCluster('a')],
  ['a mirror', [mirrored, staticCluster('b')], { typeUrl: CLUSTER, name: 'a' }, staticCluster('a')],
  ['an aggregate cluster', [aggregate], { typeUrl: CLUSTER, name: 'a' }, staticCluster('a')],
  [
    'weighted clusters of a TCP proxy',
    [listenerWith(tcp(weighted))],
    { typeUrl: CLUSTER, name: 'a' },
    staticCluster('a'),
  ],
  [
    'scopes of a listener',
    [listenerWith(scopes)],
    { typeUrl: SCOPED_ROUTE, name: '*' },
    { name: 's', resource: create(ScopedRouteConfigurationSchema) },
  ],
  ['the routes of a scope', [scope], { typeUrl: ROUTE, name: 'r' }, route],
  ['the routes of an inline scope', [listenerWith(inlineScope)], { typeUrl: ROUTE, name: 'r' }, route],
  [
    'the discovered configuration of an HTTP filter',
    [listenerWith(httpFilters(discoveredFilter))],
    { typeUrl: EXTENSION_CONFIG, name: 'f' },
    filterConfig,
  ],
  [
    'the discovered configuration of a network filter',
    [create(ListenerSchema, { name: 'l', filterChains: [{ filters: [discoveredFilter] }] })],
    { typeUrl: EXTENSION_CONFIG, name: 'f' },
    filterConfig,
  ],
  [
    'the discovered configuration of a listener filter',
    [create(ListenerSchema, { name: 'l', listenerFilters: [discoveredFilter] })],
    { typeUrl: EXTENSION_CONFIG, name: 'f' },
    filterConfig,
  ],
  ['a secret', [secured], { typeUrl: SECRET, name: 'ca' }, secret('ca', 'x')],
]

for (const [what, referring, { typeUrl, name }, wanted] of KINDS) {
  t.test(`X49: ${what}: dangling is rejected, satisfied is accepted, and so is external`, async (t) => {
    const set = (resources: readonly ResourceInput[], external?: Readonly<Record<string, string[]>>) =>
      new SnapshotCache({ consistency: 'enforce', ...(external && { external }) }).setSnapshot(
        'fleet',
        resources,
      )
    t.throws(() => set(referring), {
      code: 'inconsistent-snapshot',
      problems: [{ message: `list "${name}" in` }],
    })
    t.ok(set([...referring, wanted]))
    t.ok(set(referring, { [typeUrl]: [name] }))
    t.throws(() => set(referring, { [typeUrl]: ['other'] }), { code: 'inconsistent-snapshot' })
  })
}

const URI = 'xdstp://east/envoy.config.cluster.v3.Cluster'
const SPELLINGS = ['a!?x=1&y=2', 'a!?y=2&x=1', 'a%21?x=1&y=2'].map((rest) => `${URI}/${rest}`)

for (const written of SPELLINGS) {
  t.test(`X49, X76: a reference to ${written} finds the cluster of the same spelling only`, async (t) => {
    const resources = [cluster(written), tcpListener('l', 1, written)]
    t.ok(new SnapshotCache({ consistency: 'enforce' }).setSnapshot('fleet', resources))
    for (const other of SPELLINGS.filter((one) => one !== written)) {
      const snapshot = new SnapshotCache().setSnapshot('fleet', [
        cluster(other),
        tcpListener('l', 1, written),
      ])
      t.same(findDanglingReferences(snapshot), [
        {
          path: 'Listener "l"',
          message: `refers to Cluster "${written}", whose own name is written "${other}": write both alike, because clients compare them letter by letter`,
        },
      ])
      t.same(findDanglingReferences(snapshot, { external: { [CLUSTER]: [other] } }), [], 'from elsewhere')
    }
  })
}

t.test(
  'X49, X76: spellings are compared beside a reference that dangles, and with a default too',
  async (t) => {
    const uri = (rest: string) => `xdstp://east/envoy.config.core.v3.TypedExtensionConfig/${rest}`
    const filter = discovered(uri('f?y=2&x=1'), source('ads'), tcp({ case: undefined }))
    const listener = create(ListenerSchema, { name: 'l', filterChains: [{ filters: [filter] }] })
    const config = create(TypedExtensionConfigSchema, { name: uri('f?x=1&y=2') })
    const snapshot = new SnapshotCache().setSnapshot('fleet', [listener, config, tcpListener('m', 1, 'a')])
    t.match(findDanglingReferences(snapshot), [
      { path: 'Listener "l"', message: /is written/ },
      { path: 'Listener "m"', message: /is not in the snapshot/ },
    ])
  },
)

t.test('X49: a filter with a default configuration may lack the discovered one', async (t) => {
  const filter = discovered('f', source('ads'), tcp({ case: undefined }))
  const listener = create(ListenerSchema, { name: 'l', filterChains: [{ filters: [filter] }] })
  t.same(findDanglingReferences(new SnapshotCache().setSnapshot('fleet', [listener])), [])
})

t.test('X49: the message about scopes says that any will do', async (t) => {
  const snapshot = new SnapshotCache().setSnapshot('fleet', [listenerWith(scopes)])
  t.same(findDanglingReferences(snapshot), [
    {
      path: 'Listener "l"',
      message:
        'refers to each ScopedRouteConfiguration, but the snapshot has none: add one, remove the reference, or list "*" in `external` if clients have it from elsewhere',
    },
  ])
  t.same(
    findDanglingReferences(snapshot, { external: { [`another.host/${SCOPED_ROUTE.split('/')[1]}`]: ['*'] } }),
    [],
  )
})

t.test('X49: a name that is missing is found beside one that clients have from elsewhere', async (t) => {
  const resources = [tcpListener('one', 1, 'own'), tcpListener('two', 2, 'a')]
  const snapshot = new SnapshotCache().setSnapshot('fleet', resources)
  const external = { [CLUSTER]: ['own'] }
  t.match(findDanglingReferences(snapshot, { external }), [{ path: 'Listener "two"' }])
  t.equal(findDanglingReferences(snapshot, { external }).length, 1)
})

t.test(
  'X80: clients have names of other authorities from elsewhere, by name, by collection or all of them',
  async (t) => {
    const uri = (authority: string, name: string) =>
      `xdstp://${authority}/envoy.config.cluster.v3.Cluster/${name}`
    const [theirs, ours] = [uri('theirs', 'f/a?y=2&x=1'), uri('ours', 'f/a')]
    const resources = [tcpListener('l', 1, theirs), tcpListener('m', 2, ours)]
    const cases: readonly [listed: string, dangling: readonly string[]][] = [
      [uri('theirs', 'f/a?x=1&y=2'), ['m']],
      [uri('theirs', 'f/*?y=2&x=1'), ['m']],
      ['xdstp://theirs/*', ['m']],
      ['xdstp://ours/*', ['l']],
      [uri('theirs', 'f/*'), ['l', 'm']],
      [uri('theirs', '*?x=1&y=2'), ['l', 'm']],
      ['xdstp://their/*', ['l', 'm']],
    ]
    const snapshot = new SnapshotCache().setSnapshot('fleet', resources)
    for (const [listed, dangling] of cases) {
      const problems = findDanglingReferences(snapshot, { external: { [CLUSTER]: [listed] } })
      t.same(
        problems.map(({ path }) => path),
        dangling.map((name) => `Listener "${name}"`),
        listed,
      )
    }
  },
)
