// Each service of xDS has its methods, serves its type, and streams have a number each.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { HandServer } from '../../test/support/hand-call.ts'
import { staticCluster } from '../../test/support/resources.ts'
import { SnapshotCache, servingOf } from '../cache/snapshot-cache.ts'
import type { XdsEvent } from '../nodes/events.ts'
import * as types from '../snapshot/resource-type.ts'
import { addDiscoveryServices } from './discovery-services.ts'
import { limitsOf, type StreamLimits } from './limits.ts'
import { OpenStreams } from './open-streams.ts'
import { WriteBudget } from './write-budget.ts'

const NODE = { id: 'n1', cluster: 'fleet' }

/** The methods of each service of one type, in the words of the API, and its type. */
const SERVICES: readonly (readonly [service: string, methods: readonly string[], typeUrl: string])[] = [
  ['cluster.v3.ClusterDiscoveryService', ['StreamClusters', 'DeltaClusters'], types.CLUSTER],
  ['endpoint.v3.EndpointDiscoveryService', ['StreamEndpoints', 'DeltaEndpoints'], types.ENDPOINT],
  ['listener.v3.ListenerDiscoveryService', ['StreamListeners', 'DeltaListeners'], types.LISTENER],
  ['route.v3.RouteDiscoveryService', ['StreamRoutes', 'DeltaRoutes'], types.ROUTE],
  ['route.v3.ScopedRoutesDiscoveryService', ['StreamScopedRoutes', 'DeltaScopedRoutes'], types.SCOPED_ROUTE],
  ['route.v3.VirtualHostDiscoveryService', ['DeltaVirtualHosts'], types.VIRTUAL_HOST],
  ['secret.v3.SecretDiscoveryService', ['StreamSecrets', 'DeltaSecrets'], types.SECRET],
  [
    'extension.v3.ExtensionConfigDiscoveryService',
    ['StreamExtensionConfigs', 'DeltaExtensionConfigs'],
    types.EXTENSION_CONFIG,
  ],
  ['runtime.v3.RuntimeDiscoveryService', ['StreamRuntime', 'DeltaRuntime'], types.RUNTIME],
]

const ADS = '/envoy.service.discovery.v3.AggregatedDiscoveryService'

function serve(limits?: StreamLimits) {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a')])
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  const serving = servingOf(cache)
  const server = new HandServer()
  addDiscoveryServices(server.server, new OpenStreams(limitsOf(limits), serving.events, 60_000), {
    serving,
    budget: new WriteBudget(),
    isPrivate: true,
    authorize: () => undefined,
    drainTimeMs: 0,
    startTimeMs: 0,
    heartbeatsPerTtl: 3,
    resourceErrors: 'off',
  })
  return { server, events }
}

/** A first request that leaves out its type, as a service of one type allows. */
function firstRequest(method: string, typeUrl = ''): Uint8Array {
  const fields = { node: NODE, typeUrl }
  return method.startsWith('Delta')
    ? toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, fields))
    : toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, fields))
}

t.test('each service has its streams, and no polling', async (t) => {
  const { server } = serve()
  const expected = SERVICES.flatMap(([service, methods]) =>
    methods.map((method) => `/envoy.service.${service}/${method}`),
  )
  t.strictSame([...server.methods.keys()].toSorted(), [
    ...[`${ADS}/StreamAggregatedResources`, `${ADS}/DeltaAggregatedResources`, ...expected].toSorted(),
  ])
})

for (const [service, methods, typeUrl] of SERVICES) {
  for (const method of methods) {
    t.test(`${service}/${method} serves its type`, async (t) => {
      const { server, events } = serve()
      const call = server.open(`/envoy.service.${service}/${method}`)
      call.receive(firstRequest(method))
      const protocol = method.startsWith('Delta') ? 'delta' : 'sotw'
      t.match(events, [
        { kind: 'opened', stream: { id: 1, protocol, aggregated: false } },
        { kind: 'subscribed', typeUrl },
      ])
      t.strictSame(call.errors, [])
    })
  }
}

t.test('the aggregated service serves each type, in SotW and in delta', async (t) => {
  const { server, events } = serve()
  const [sotw, delta] = ['StreamAggregatedResources', 'DeltaAggregatedResources'].map((method) => {
    const call = server.open(`${ADS}/${method}`)
    call.receive(firstRequest(method, types.CLUSTER))
    return call.sent[0] ?? Buffer.of()
  })
  t.match(fromBinary(DiscoveryResponseSchema, sotw ?? Buffer.of()), { typeUrl: types.CLUSTER })
  t.match(fromBinary(DeltaDiscoveryResponseSchema, delta ?? Buffer.of()), { resources: [{ name: 'a' }] })
  t.match(
    events.filter(({ kind }) => kind === 'opened'),
    [
      { stream: { id: 1, protocol: 'sotw', aggregated: true } },
      { stream: { id: 2, protocol: 'delta', aggregated: true } },
    ],
  )
})

t.test('X85: a stream beyond a limit is not served', async (t) => {
  const { server, events } = serve({ streams: 1 })
  server.open(`${ADS}/DeltaAggregatedResources`)
  const call = server.open(`${ADS}/DeltaAggregatedResources`)
  call.receive(firstRequest('Delta', types.CLUSTER))
  t.match(call.errors, [{ code: status.RESOURCE_EXHAUSTED }])
  t.match(events, [{ kind: 'rejected' }])
  t.equal(events.length, 1)
})
