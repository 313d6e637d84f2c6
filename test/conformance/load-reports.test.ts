// Load reports (LRS) over a socket: what a node is asked for, what it reports, and what ends its stream.

import { create, toBinary } from '@bufbuild/protobuf'
import { LoadStatsRequestSchema } from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import { status as grpcStatus } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import {
  type LoadEvent,
  type LoadReportSettings,
  LoadReports,
  type XdsEvent,
  type XdsServerOptions,
} from '../../xds-server/index.ts'
import { startServer } from '../support/conformance.ts'
import { fc, SEED } from '../support/fast-check.ts'
import { clusterStats, endpointStats, LoadClient, localityStats } from '../support/load-client.ts'
import { connectTo, nodeOf } from '../support/xds-client.ts'

async function start(t: Test, settings: LoadReportSettings = {}, options: Partial<XdsServerOptions> = {}) {
  const loads = new LoadReports(settings)
  const events: LoadEvent[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  loads.onEvent((event) => {
    events.push(event)
    for (const { count, resolve } of waiting) if (events.length >= count) resolve()
  })
  const { cache, server } = await startServer(t, { loadReports: loads, ...options })
  const rejected: XdsEvent[] = []
  cache.onEvent((event) => rejected.push(event))
  return {
    loads,
    server,
    rejected,
    connect: () => {
      const client = new LoadClient(connectTo(t, server.address))
      t.teardown(() => client.close())
      return client
    },
    /** The first events, as soon as there are that many. */
    firstEvents: async (count: number) => {
      if (events.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }))
      return events.slice(0, count)
    },
  }
}

const kindsOf = (events: readonly LoadEvent[]) => events.map(({ kind }) => kind)

t.test('X39: the first request is answered with the interval, all clusters and endpoints', async (t) => {
  const { connect, firstEvents, server } = await start(t)
  const client = connect()
  client.send({ node: nodeOf('edge-1') })
  const response = await client.next()
  t.match(response, {
    sendAllClusters: true,
    clusters: [],
    loadReportingInterval: { seconds: 10n, nanos: 0 },
    reportEndpointGranularity: true,
  })
  const [opened] = await firstEvents(1)
  t.match(opened, {
    kind: 'opened',
    node: 'edge-1',
    group: 'fleet',
    stream: { id: 1, peer: /^127\.0\.0\.1:/, openedAt: /^20/ },
  })
  t.notMatch(opened?.stream.peer, server.address)
})

t.test('X39: a report is an event with its clusters, localities, endpoints and metrics', async (t) => {
  const { connect, firstEvents } = await start(t)
  const client = connect()
  client.send({ node: nodeOf('edge-1') })
  const metric = { numRequestsFinishedWithMetric: 4n, totalMetricValue: 2 }
  client.report({
    ...clusterStats('echo', {
      ...localityStats(
        'a',
        { started: 5, ok: 3, errors: 1, inProgress: 2 },
        endpointStats(7101, { started: 5 }),
      ),
      priority: 1,
      cpuUtilization: metric,
      loadMetricStats: [
        { metricName: 'named_metrics.queue', ...metric },
        { metricName: 'named_metrics.broken', ...metric, totalMetricValue: Number.NaN },
        { metricName: '__proto__', ...metric },
      ],
    }),
    clusterServiceName: 'echo-eds',
    totalDroppedRequests: 3n,
    droppedRequests: [{ category: 'overload', droppedCount: 2n }],
  })
  client.report()
  const [, report, empty] = await firstEvents(3)
  t.strictSame(report?.kind === 'reported' && report.clusters, [
    {
      cluster: 'echo',
      serviceName: 'echo-eds',
      intervalMs: 10_000,
      localities: [
        {
          region: '',
          zone: 'a',
          subZone: '',
          priority: 1,
          started: 5,
          ok: 3,
          errors: 1,
          inProgress: 2,
          metrics: new Map(
            ['cpu_utilization', 'named_metrics.queue', '__proto__'].map((name) => [
              name,
              { calls: 4, sum: 2 },
            ]),
          ),
          endpoints: [
            { address: '127.0.0.1:7101', started: 5, ok: 0, errors: 0, inProgress: 0, metrics: new Map() },
          ],
        },
      ],
      dropped: 3,
      droppedBy: new Map([['overload', 2]]),
    },
  ])
  t.match(empty, { kind: 'reported', clusters: [] }, 'nothing was called')
})

t.test('X39: a first request that continues an earlier stream may have counts', async (t) => {
  const { connect, firstEvents } = await start(t)
  connect().send({
    node: nodeOf('edge-1'),
    clusterStats: [clusterStats('echo', localityStats('a', { ok: 2 }))],
  })
  t.match(await firstEvents(2), [{ kind: 'opened' }, { kind: 'reported', clusters: [{ cluster: 'echo' }] }])
})

t.test('X39: another interval or list of clusters is sent to open streams', async (t) => {
  const { connect, loads } = await start(t)
  const client = connect()
  client.send({ node: nodeOf('edge-1') })
  await client.next()
  loads.configure({ intervalMs: 2_500 })
  const faster = await client.next()
  t.match(faster, { sendAllClusters: true, loadReportingInterval: { seconds: 2n, nanos: 500_000_000 } })
  loads.configure({ clusters: ['echo', 'kv'], endpoints: false })
  const fewer = await client.next()
  t.match(fewer, { sendAllClusters: false, reportEndpointGranularity: false })
  t.same(fewer.clusters, ['echo', 'kv'])
  t.match(fewer.loadReportingInterval, { seconds: 2n }, 'the interval stays')
  client.close()
  loads.configure({ clusters: 'all' })
  const late = connect()
  late.send({ node: nodeOf('edge-2') })
  t.match(await late.next(), { sendAllClusters: true, clusters: [] })
})

t.test('X39: grpc-js gets a name that no cluster has first, because it skips the first one', async (t) => {
  const { connect } = await start(t, { clusters: ['echo'] })
  const [node, go] = [connect(), connect()]
  node.send({ node: { ...nodeOf('a'), userAgentName: 'gRPC Node Pure JS' } })
  go.send({ node: { ...nodeOf('b'), userAgentName: 'gRPC Go' } })
  t.same((await node.next()).clusters, ['', 'echo'])
  t.same((await go.next()).clusters, ['echo'], 'twin')
})

t.test('X39: each stream of a node id counts by itself, and each end is an event', async (t) => {
  const { connect, firstEvents, server } = await start(t)
  const clients = [connect(), connect(), connect()]
  for (const client of clients) {
    client.send({ node: nodeOf('edge-1') })
    await client.next()
  }
  clients[0]?.close()
  await firstEvents(4)
  clients[1]?.raw.end()
  t.equal((await clients[1]?.raw.ended)?.code, grpcStatus.OK)
  await server.close()
  const events = await firstEvents(6)
  t.same(kindsOf(events), ['opened', 'opened', 'opened', 'closed', 'closed', 'closed'])
  t.same(
    events.map(({ stream }) => stream.id),
    [1, 2, 3, 1, 2, 3],
  )
})

t.test('X39: a server that asks for no reports accepts the stream and stays silent', async (t) => {
  const { cache, server } = await startServer(t)
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  const client = new LoadClient(connectTo(t, server.address))
  client.send({ node: nodeOf('edge-1') })
  client.raw.end()
  t.equal((await client.raw.ended).code, grpcStatus.OK)
  t.equal(client.raw.queued, 0)
  t.same(events, [])
})

const REJECTED = {
  'no node': { request: {}, message: /the first request of a stream has no node/ },
  'an empty id': { request: { node: { id: '' } }, message: /node\.id is empty/ },
  'a long id': { request: { node: { id: 'a'.repeat(257) } }, message: /node\.id has 257 bytes/ },
} as const

for (const [what, { request, message }] of Object.entries(REJECTED)) {
  t.test(`X39: a first request with ${what} is rejected, as on a stream of xDS`, async (t) => {
    const { connect, rejected } = await start(t)
    const client = connect()
    client.send(request)
    t.match(await client.raw.ended, { code: grpcStatus.INVALID_ARGUMENT, details: message })
    t.match(rejected, [{ kind: 'rejected', code: grpcStatus.INVALID_ARGUMENT, message }])
    const twin = connect()
    twin.send({ node: { id: 'a'.repeat(256) } })
    t.ok(await twin.next(), 'twin')
  })
}

t.test('X39: authorize decides who may report as which node', async (t) => {
  const { connect, firstEvents } = await start(
    t,
    {},
    { authorize: (_peer, { id }) => (id === 'edge-1' ? undefined : 'not you') },
  )
  const stranger = connect()
  stranger.send({ node: nodeOf('edge-2') })
  t.match(await stranger.raw.ended, { code: grpcStatus.PERMISSION_DENIED, details: 'not you' })
  const client = connect()
  client.send({ node: nodeOf('edge-1') })
  t.ok(await client.next(), 'twin')
  t.match(await firstEvents(1), [{ node: 'edge-1' }])
})

/** A report at a bound, and the same beyond it. */
type Stats = ReturnType<typeof clusterStats>
const BOUNDS: Readonly<
  Record<string, readonly [allowed: Stats[], beyond: Stats[], code: grpcStatus, message: RegExp]>
> = {
  'the name of a cluster': [
    [clusterStats('a'.repeat(1024))],
    [clusterStats('a'.repeat(1025))],
    grpcStatus.INVALID_ARGUMENT,
    /cluster_name has 1025 characters, and the limit is 1024/,
  ],
  'the name of a zone': [
    [clusterStats('a', localityStats('a'.repeat(1024)))],
    [clusterStats('a', localityStats('a'.repeat(1025)))],
    grpcStatus.INVALID_ARGUMENT,
    /zone has 1025 characters/,
  ],
  'a count': [
    [clusterStats('a', localityStats('a', { ok: Number.MAX_SAFE_INTEGER }))],
    [clusterStats('a', localityStats('a', { ok: 2 ** 53 }))],
    grpcStatus.INVALID_ARGUMENT,
    /total_successful_requests is 9007199254740992, and the limit is 9007199254740991/,
  ],
  'the number of endpoints': [
    [clusterStats('a', localityStats('a', {}, ...Array.from({ length: 49_998 }, () => endpointStats(1))))],
    [clusterStats('a', localityStats('a', {}, ...Array.from({ length: 49_999 }, () => endpointStats(1))))],
    grpcStatus.INVALID_ARGUMENT,
    /more than 50000 clusters, localities, endpoints/,
  ],
  'the number of clusters': [
    Array.from({ length: 50_000 }, () => clusterStats('a')),
    Array.from({ length: 50_001 }, () => clusterStats('a')),
    grpcStatus.INVALID_ARGUMENT,
    /more than 50000 clusters, localities, endpoints/,
  ],
  'its size': [
    [{ ...clusterStats('a', localityStats('a', {}, ...longEndpoints(3_900))) }],
    [{ ...clusterStats('a', localityStats('a', {}, ...longEndpoints(4_200))) }],
    grpcStatus.RESOURCE_EXHAUSTED,
    /the report has \d{7} bytes, and the limit is 4194304: report fewer clusters/,
  ],
  'an empty name': [
    [clusterStats('a')],
    [clusterStats('')],
    grpcStatus.INVALID_ARGUMENT,
    /cluster_name is empty/,
  ],
}

/** A kilobyte each. */
function longEndpoints(count: number) {
  const path = `/${'a'.repeat(1_000)}`
  return Array.from({ length: count }, () => ({
    address: { address: { case: 'pipe' as const, value: { path } } },
  }))
}

for (const [what, [allowed, beyond, code, message]] of Object.entries(BOUNDS)) {
  t.test(
    `X39: a report beyond the bound of ${what} ends its stream, and at the bound it counts`,
    async (t) => {
      const { connect, firstEvents } = await start(t)
      const client = connect()
      client.send({ node: nodeOf('edge-1') })
      client.report(...allowed)
      const [, report] = await firstEvents(2)
      t.equal(report?.kind === 'reported' && report.clusters.length, allowed.length, 'twin')
      client.report(...beyond)
      t.match(await client.raw.ended, { code, details: message })
      t.same(kindsOf(await firstEvents(3)), ['opened', 'reported', 'closed'])
    },
  )
}

t.test('X39: a node that reports far more often than asked ends its stream', async (t) => {
  const { connect, firstEvents } = await start(t, { intervalMs: 3_600_000 })
  const client = connect()
  client.send({ node: nodeOf('edge-1') })
  for (let report = 0; report < 9; report += 1) client.report()
  t.equal((await firstEvents(10)).length, 10, 'a burst is allowed')
  client.report()
  t.match(await client.raw.ended, {
    code: grpcStatus.RESOURCE_EXHAUSTED,
    details: 'the reports come too often: keep to load_reporting_interval',
  })
})

t.test('X39, X36: five hundred streams of random bytes leave nothing behind', async (t) => {
  t.comment(`SWITCHYARD_SEED=${SEED}`)
  const { connect, loads, rejected, firstEvents } = await start(t)
  let open = 0
  loads.onEvent(({ kind }) => {
    if (kind === 'opened') open += 1
    if (kind === 'closed') open -= 1
  })
  const node = toBinary(LoadStatsRequestSchema, create(LoadStatsRequestSchema, { node: nodeOf('edge-1') }))
  const bytes = fc.sample(fc.uint8Array({ maxLength: 400, size: 'max' }), { seed: SEED, numRuns: 500 })
  await Promise.all(
    bytes.map(async (random, index) => {
      const client = connect()
      // Every second one has introduced itself.
      if (index % 2 === 0) client.raw.send(node)
      client.raw.send(random)
      client.raw.end()
      await client.raw.ended
      client.close()
    }),
  )
  t.equal(open, 0)
  t.ok(rejected.length > 400, `${rejected.length} were rejected`)
  t.ok(
    rejected.every(({ kind }) => kind === 'rejected'),
    'and none is a fault of the server',
  )
  const healthy = connect()
  healthy.send({ node: nodeOf('healthy') })
  t.ok(await healthy.next())
  t.ok((await firstEvents(1)).length)
})
