// What a client certainly asks for, and what it may never ask for: when a node with less than its group is in sync.

import { create } from '@bufbuild/protobuf'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { RuntimeSchema } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import t, { type Test } from 'tap'
import {
  CLUSTER,
  ENDPOINT,
  LISTENER,
  type ResourceInput,
  ROUTE,
  SnapshotCache,
  type SnapshotCacheOptions,
  startXdsServer,
} from '../../xds-server/index.ts'
import { RUNTIME } from '../../xds-server/snapshot/resource-type.ts'
import { nextEvent } from '../support/conformance.ts'
import { rds, routeTo, source } from '../support/referring-resources.ts'
import { cluster, staticCluster, tcpListener } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf } from '../support/xds-client.ts'

interface Options extends SnapshotCacheOptions {
  readonly startTimeMs?: number
}

async function start(
  t: Test,
  resources: readonly ResourceInput[],
  { startTimeMs, ...options }: Options = {},
) {
  const cache = new SnapshotCache(options)
  cache.setSnapshot('fleet', resources)
  const server = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    ...(startTimeMs !== undefined && { startTimeMs }),
  })
  t.teardown(() => server.close())
  const client = new DeltaClient(connectTo(t, server.address))
  t.teardown(() => client.close())
  let isFirst = true
  /** Asks for a type, and ACKs the answer. Without names it is a wildcard. */
  const take = async (typeUrl: string, ...names: string[]) => {
    client.send({ ...(isFirst && { node: nodeOf('n') }), typeUrl, resourceNamesSubscribe: names })
    isFirst = false
    const acked = nextEvent(cache, (event) => event.kind === 'acked' && event.typeUrl === typeUrl)
    client.ack(await client.next())
    await acked
  }
  const outcome = async () => (await cache.synced('fleet', { signal: AbortSignal.abort() })).outcome
  return { cache, client, take, outcome }
}

const BOTH = [staticCluster('a'), tcpListener('l', 1, 'a')]

t.test('X45: an Envoy that never asks for listeners is in sync once it has started', async (t) => {
  const { cache, take, outcome } = await start(t, BOTH, { startTimeMs: 50 })
  const started = nextEvent(cache, ({ kind }) => kind === 'started')
  await take(CLUSTER)
  const report = await cache.synced('fleet')
  t.equal(report.outcome, 'synced')
  t.match(report.nodes, [
    { state: 'SYNCED', types: { [CLUSTER]: { state: 'SYNCED' }, [LISTENER]: undefined } },
  ])
  t.match(await started, { node: 'n', group: 'fleet' })
  cache.setSnapshot('fleet', [staticCluster('a'), tcpListener('l', 2, 'a')])
  t.equal(await outcome(), 'synced', 'and later listeners do not concern it')
})

t.test(
  'X89: a client that has listeners and never asks for clusters gets new ones after a time',
  async (t) => {
    const { client } = await start(t, BOTH, { startTimeMs: 50 })
    client.send({ node: nodeOf('n'), typeUrl: LISTENER, initialResourceVersions: { l: 'v0' } })
    t.match(await client.next(), { typeUrl: LISTENER, resources: [{ name: 'l' }] })
  },
)

t.test('X45: until then it is NOT_SENT, because it may ask for them', async (t) => {
  const { cache, take, outcome } = await start(t, BOTH, { startTimeMs: 600_000 })
  await take(CLUSTER)
  t.equal(await outcome(), 'pending')
  t.match(cache.status('fleet'), [{ state: 'NOT_SENT', types: { [LISTENER]: { state: 'NOT_SENT' } } }])
  await take(LISTENER)
  t.equal(await outcome(), 'synced')
})

t.test(
  'X71: an Envoy that has its runtime layers is NOT_SENT until it asks for clusters and listeners',
  async (t) => {
    const { cache, take, outcome } = await start(t, [...BOTH, create(RuntimeSchema, { name: 'layer' })])
    await take(RUNTIME, 'layer')
    t.equal(await outcome(), 'pending')
    t.match(cache.status('fleet'), [
      { state: 'NOT_SENT', types: { [CLUSTER]: { state: 'NOT_SENT' }, [LISTENER]: { state: 'NOT_SENT' } } },
    ])
    await take(CLUSTER)
    t.equal(await outcome(), 'pending')
    await take(LISTENER)
    t.equal(await outcome(), 'synced')
  },
)

t.test('X71: an Envoy with runtime layers only is in sync once it has started', async (t) => {
  const { cache, take } = await start(t, [...BOTH, create(RuntimeSchema, { name: 'layer' })], {
    startTimeMs: 50,
  })
  await take(RUNTIME, 'layer')
  t.equal((await cache.synced('fleet')).outcome, 'synced')
})

t.test('X45: an Envoy with listeners only is in sync in a group with clusters', async (t) => {
  const { take, outcome } = await start(t, BOTH)
  await take(LISTENER)
  t.equal(await outcome(), 'synced')
})

t.test('X45: a gRPC client is in sync without mirrors, weights of 0 and clusters of one host', async (t) => {
  const manager = rds(source('ads'))
  const hosts = [
    [
      routeTo(
        {
          case: 'weightedClusters',
          value: {
            clusters: [
              { name: 'a', weight: 1 },
              { name: 'zero', weight: 0 },
            ],
          },
        },
        'mirror',
      ),
    ],
    [routeTo({ case: 'cluster', value: 'a' }), routeTo({ case: 'cluster', value: 'other' })],
  ]
  const { take, outcome } = await start(t, [
    create(ListenerSchema, { name: 'l', apiListener: { apiListener: manager } }),
    create(RouteConfigurationSchema, {
      name: 'r',
      virtualHosts: hosts.map((routes) => create(VirtualHostSchema, { routes })),
    }),
    ...['a', 'zero', 'mirror', 'other'].map((name) => cluster(name)),
  ])
  for (const [typeUrl, name] of [
    [LISTENER, 'l'],
    [ROUTE, 'r'],
    [CLUSTER, 'a'],
  ] as const) {
    await take(typeUrl, name)
    t.equal(await outcome(), 'pending', 'what the route surely needs is still to be asked for')
  }
  await take(ENDPOINT, 'a')
  t.equal(await outcome(), 'synced')
})

t.test('X45: an Envoy is in sync without the endpoints of a cluster that its bootstrap has', async (t) => {
  const { take, outcome } = await start(t, [cluster('own'), cluster('a')], {
    external: { [CLUSTER]: ['own'] },
  })
  await take(CLUSTER)
  t.equal(await outcome(), 'pending', 'it needs those of the other one')
  await take(ENDPOINT, 'a')
  t.equal(await outcome(), 'synced')
})

t.test('X45: an Envoy is in sync without a cluster on demand', async (t) => {
  const manager = rds(source('ads'))
  const chain = { filters: [{ configType: { case: 'typedConfig' as const, value: manager } }] }
  const { take, outcome } = await start(t, [
    create(ListenerSchema, { name: 'l', filterChains: [chain] }),
    create(RouteConfigurationSchema, {
      name: 'r',
      virtualHosts: [create(VirtualHostSchema, { routes: [routeTo({ case: 'cluster', value: 'a' })] })],
    }),
    staticCluster('a'),
  ])
  await take(LISTENER)
  t.equal(await outcome(), 'pending', 'it needs its routes')
  await take(ROUTE, 'r')
  t.equal(await outcome(), 'synced')
})
