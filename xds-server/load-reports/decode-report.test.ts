// The decoder of load reports beside that of protobuf-es: both read the same from any message.

import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type {
  ClusterStats,
  ClusterStatsSchema,
  EndpointLoadMetricStats,
  UpstreamEndpointStats,
  UpstreamEndpointStatsSchema,
  UpstreamLocalityStats,
  UpstreamLocalityStatsSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/load_report_pb.js'
import { LoadStatsRequestSchema } from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import t from 'tap'
import { fc, SEED } from '../../test/support/fast-check.ts'
import { decodeLoadRequest } from './decode-report.ts'
import type { ClusterLoad } from './load-report.ts'

const encode = (request: MessageInitShape<typeof LoadStatsRequestSchema>) =>
  toBinary(LoadStatsRequestSchema, create(LoadStatsRequestSchema, request))

const count = fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) })
const text = fc.string({ maxLength: 20 })
const metric = fc.record({
  numRequestsFinishedWithMetric: count,
  totalMetricValue: fc.double({ noNaN: false }),
})
const counts = {
  totalIssuedRequests: count,
  totalSuccessfulRequests: count,
  totalErrorRequests: count,
  totalRequestsInProgress: count,
  loadMetricStats: fc.array(
    fc.tuple(text, metric).map(([metricName, one]) => ({ metricName, ...one })),
    { maxLength: 3 },
  ),
}
const address = fc.oneof(
  fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65_535)).map(([host, port]) => ({
    case: 'socketAddress' as const,
    value: {
      protocol: 1,
      address: host,
      portSpecifier: { case: 'portValue' as const, value: port },
      resolverName: 'r',
    },
  })),
  fc.string({ minLength: 1 }).map((path) => ({ case: 'pipe' as const, value: { path, mode: 7 } })),
)
const endpoint = fc.record({
  address: address.map((one) => ({ address: one })),
  metadata: fc.constant({ key: 'skipped' }),
  ...counts,
})
const locality = fc.record({
  locality: fc.option(fc.record({ region: text, zone: text, subZone: text }), { nil: undefined }),
  priority: fc.nat(),
  totalActiveConnections: count,
  cpuUtilization: metric,
  memUtilization: metric,
  applicationUtilization: metric,
  upstreamEndpointStats: fc.array(endpoint, { maxLength: 3 }),
  ...counts,
})
const cluster = fc.record({
  clusterName: fc.string({ minLength: 1 }),
  clusterServiceName: text,
  upstreamLocalityStats: fc.array(locality, { maxLength: 3 }),
  totalDroppedRequests: count,
  droppedRequests: fc.array(fc.record({ category: text, droppedCount: count }), { maxLength: 3 }),
  loadReportInterval: fc.record({
    seconds: fc.bigInt({ min: 0n, max: 86_400n }),
    nanos: fc.nat(999_999_999),
  }),
})
const requests = fc.record({ clusterStats: fc.array(cluster, { maxLength: 3 }) })
type Request = MessageInitShape<typeof LoadStatsRequestSchema>

t.comment(`SWITCHYARD_SEED=${SEED}`)

t.test('it reads the same from a thousand random reports as protobuf-es', async (t) => {
  fc.assert(
    fc.property(requests, (request) => {
      const bytes = encode(request as Request)
      const { clusterStats } = fromBinary(LoadStatsRequestSchema, bytes)
      t.strictSame(decodeLoadRequest(bytes).clusters, clusterStats.map(toCluster))
    }),
    { seed: SEED, numRuns: 1_000 },
  )
})

function toCluster(stats: ClusterStats): ClusterLoad {
  const { seconds, nanos } = stats.loadReportInterval ?? { seconds: 0n, nanos: 0 }
  return {
    cluster: stats.clusterName,
    serviceName: stats.clusterServiceName,
    intervalMs: Number(seconds) * 1_000 + nanos / 1e6,
    localities: stats.upstreamLocalityStats.map((one) => ({
      region: one.locality?.region ?? '',
      zone: one.locality?.zone ?? '',
      subZone: one.locality?.subZone ?? '',
      priority: one.priority,
      ...toCounts(one),
      metrics: toMetrics([
        ...one.loadMetricStats.map((each) => [each.metricName, each] as const),
        ['cpu_utilization', one.cpuUtilization],
        ['mem_utilization', one.memUtilization],
        ['application_utilization', one.applicationUtilization],
      ]),
      endpoints: one.upstreamEndpointStats.map((each) => ({
        address: toAddress(each),
        ...toCounts(each),
        metrics: toMetrics(each.loadMetricStats.map((one) => [one.metricName, one])),
      })),
    })),
    dropped: Number(stats.totalDroppedRequests),
    droppedBy: new Map(stats.droppedRequests.map((one) => [one.category, Number(one.droppedCount)])),
  }
}

function toCounts(stats: UpstreamLocalityStats | UpstreamEndpointStats) {
  return {
    started: Number(stats.totalIssuedRequests),
    ok: Number(stats.totalSuccessfulRequests),
    errors: Number(stats.totalErrorRequests),
    inProgress: Number(stats.totalRequestsInProgress),
  }
}

type Metric = Pick<EndpointLoadMetricStats, 'numRequestsFinishedWithMetric' | 'totalMetricValue'>

function toMetrics(all: readonly (readonly [string, Metric | undefined])[]) {
  return new Map(
    all.flatMap(([name, one]) => {
      const calls = Number(one?.numRequestsFinishedWithMetric ?? 0)
      const sum = one?.totalMetricValue ?? 0
      return calls > 0 && Number.isFinite(sum) ? [[name, { calls, sum }] as const] : []
    }),
  )
}

function toAddress({ address }: UpstreamEndpointStats): string {
  if (address?.address.case === 'pipe') return `unix:${address.address.value.path}`
  if (address?.address.case !== 'socketAddress') return ''
  const { address: host, portSpecifier } = address.address.value
  return `${host.includes(':') ? `[${host}]` : host}:${portSpecifier.value}`
}

t.test('what is cut off, and any random bytes, are read or an error', async (t) => {
  const sample = fc.sample(
    requests.filter(({ clusterStats }) => clusterStats.length > 0),
    { seed: SEED, numRuns: 50 },
  )
  for (const request of sample) {
    const bytes = encode(request as Request)
    for (let end = 1; end < bytes.length; end += 7) attempt(bytes.subarray(0, end))
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => attempt(bytes)),
    { seed: SEED, numRuns: 5_000 },
  )
  t.throws(() => decodeLoadRequest(Uint8Array.of(0x12, 0x7f)), /premature end/, 'a length beyond the end')
  t.throws(
    () => decodeLoadRequest(Uint8Array.of(0x12, 2, 0x12, 0x01, 0x00)),
    /premature end/,
    'beyond its message',
  )
  const endless = Uint8Array.of(0x12, 12, 0x18, ...Array.from({ length: 11 }, () => 0xff))
  t.throws(() => decodeLoadRequest(endless), /more than 10 bytes/, 'a number without an end')
})

/** Fails the test for anything that is not an Error of the decoder, such as a TypeError. */
function attempt(bytes: Uint8Array): void {
  try {
    decodeLoadRequest(bytes)
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError) throw error
  }
}

t.test('the node is decoded on demand only', async (t) => {
  const node = create(NodeSchema, { id: 'edge-1', cluster: 'edge' })
  t.same(decodeLoadRequest(encode({ node })).node(), node)
  t.equal(decodeLoadRequest(encode({})).node(), undefined)
  const broken = decodeLoadRequest(Uint8Array.of(0x0a, 1, 0x0a))
  t.throws(() => broken.node())
})

t.test('a metric that no backend should send is left out, and so is an impossible interval', async (t) => {
  const metrics = [
    { metricName: 'good', numRequestsFinishedWithMetric: 1n, totalMetricValue: -1 },
    { metricName: 'no calls', numRequestsFinishedWithMetric: 0n, totalMetricValue: 1 },
    { metricName: 'infinite', numRequestsFinishedWithMetric: 1n, totalMetricValue: Number.POSITIVE_INFINITY },
    { metricName: 'many', numRequestsFinishedWithMetric: 2n ** 60n, totalMetricValue: 1 },
    { metricName: 'x'.repeat(1_025), numRequestsFinishedWithMetric: 1n, totalMetricValue: 1 },
  ]
  const many = Array.from({ length: 101 }, (_, index) => ({ ...metrics[0], metricName: `m${index}` }))
  const [first, second] = decodeLoadRequest(
    encode({
      clusterStats: [
        {
          clusterName: 'a',
          upstreamLocalityStats: [{ loadMetricStats: metrics }, { loadMetricStats: many }],
          loadReportInterval: { seconds: -1n },
        },
      ],
    }),
  ).clusters.flatMap(({ localities, intervalMs }) => localities.map((one) => ({ ...one, intervalMs })))
  t.same([...(first?.metrics.keys() ?? [])], ['good'])
  t.equal(second?.metrics.size, 100)
  t.equal(first?.intervalMs, 0)
})

t.test('a field of another wire type is skipped, as protobuf does with unknown fields', async (t) => {
  // cluster_name "a", total_dropped_requests as one byte of text, and as the number 5.
  const cluster = [0x0a, 1, 0x61, 0x1a, 1, 0x05, 0x18, 5]
  const { clusters } = decodeLoadRequest(Uint8Array.of(0x12, cluster.length, ...cluster))
  t.match(clusters, [{ cluster: 'a', dropped: 5 }])
})

const LONG = 'x'.repeat(1_025)
const MANY = 2n ** 53n

type Stats = MessageInitShape<typeof ClusterStatsSchema>
const inLocality = (one: MessageInitShape<typeof UpstreamLocalityStatsSchema>): Stats => ({
  upstreamLocalityStats: [one],
})
const inEndpoint = (one: MessageInitShape<typeof UpstreamEndpointStatsSchema>) =>
  inLocality({ upstreamEndpointStats: [one] })

const OVER_BOUNDS: readonly (readonly [field: string, stats: Stats])[] = [
  ['cluster_name', { clusterName: LONG }],
  ['cluster_service_name', { clusterServiceName: LONG }],
  ['total_dropped_requests', { totalDroppedRequests: MANY }],
  ['category', { droppedRequests: [{ category: LONG }] }],
  ['dropped_count', { droppedRequests: [{ droppedCount: MANY }] }],
  ['region', inLocality({ locality: { region: LONG } })],
  ['zone', inLocality({ locality: { zone: LONG } })],
  ['sub_zone', inLocality({ locality: { subZone: LONG } })],
  ['total_successful_requests', inLocality({ totalSuccessfulRequests: MANY })],
  ['total_requests_in_progress', inLocality({ totalRequestsInProgress: MANY })],
  ['total_error_requests', inLocality({ totalErrorRequests: MANY })],
  ['total_issued_requests', inLocality({ totalIssuedRequests: MANY })],
  ['total_issued_requests', inEndpoint({ totalIssuedRequests: MANY })],
  ['address', inEndpoint({ address: { address: { case: 'pipe', value: { path: LONG } } } })],
]

for (const [field, stats] of OVER_BOUNDS) {
  t.test(`${field} over its limit is an error that names it: ${Object.keys(stats)}`, async (t) => {
    const limit = `^${field} (is 9007199254740992, and the limit is 9007199254740991|has \\d+ characters, and the limit is 1024)$`
    t.throws(() => decodeLoadRequest(encode({ clusterStats: [{ clusterName: 'a', ...stats }] })), {
      message: new RegExp(limit),
    })
  })
}

t.test('what is at a limit is read', async (t) => {
  const year = BigInt(365 * 24 * 3_600)
  const [cluster] = decodeLoadRequest(
    encode({
      clusterStats: [
        {
          clusterName: 'x'.repeat(1_024),
          totalDroppedRequests: MANY - 1n,
          loadReportInterval: { seconds: year },
          upstreamLocalityStats: [
            {
              loadMetricStats: [
                { metricName: 'x'.repeat(1_024), numRequestsFinishedWithMetric: 1n, totalMetricValue: 1 },
              ],
            },
          ],
        },
      ],
    }),
  ).clusters
  t.equal(cluster?.cluster.length, 1_024)
  t.equal(cluster?.dropped, Number.MAX_SAFE_INTEGER)
  t.equal(cluster?.intervalMs, Number(year) * 1_000)
  t.equal(cluster?.localities[0]?.metrics.size, 1)
})

t.test('a cluster without a name and an endpoint without an address are errors', async (t) => {
  t.throws(() => decodeLoadRequest(encode({ clusterStats: [{}] })), {
    message: 'cluster_name is empty: name the cluster of the counts',
  })
  const upstreamLocalityStats = [{ upstreamEndpointStats: [{}] }]
  t.throws(() => decodeLoadRequest(encode({ clusterStats: [{ clusterName: 'a', upstreamLocalityStats }] })), {
    message: 'an endpoint has no address: set a socket_address or a pipe in upstream_endpoint_stats',
  })
})

t.test('a report has 50,000 entries at most', async (t) => {
  const withDrops = (count: number) =>
    encode({
      clusterStats: [{ clusterName: 'a', droppedRequests: Array.from({ length: count }, () => ({})) }],
    })
  t.equal(decodeLoadRequest(withDrops(49_999)).clusters.length, 1, 'with its cluster these are 50,000')
  t.throws(() => decodeLoadRequest(withDrops(50_000)), {
    message:
      'the report has more than 50000 clusters, localities, endpoints, categories and metrics: report fewer clusters',
  })
})
