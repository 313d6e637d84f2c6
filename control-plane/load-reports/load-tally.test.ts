// The counts of load reports: what adds up, what ends with a node, and what bounds the memory.

import t from 'tap'
import { sampleConfig, sampleWith } from '../../test/support/sample-config.ts'
import type { ClusterLoad, EndpointLoad, LoadEvent, LocalityLoad } from '../../xds-server/index.ts'
import type { LoadDocument } from './load-of-fleets.ts'
import { LoadTally, type LoadTallyOptions } from './load-tally.ts'

const INTERVAL_MS = 10_000
const [B1, B2] = ['127.0.0.1:7101', '127.0.0.1:7102']

function start(options: Partial<LoadTallyOptions> = {}) {
  let now = Date.UTC(2026, 0)
  let document: LoadDocument = sampleConfig()
  const tally = new LoadTally({
    document: () => document,
    intervalMs: () => INTERVAL_MS,
    now: () => now,
    ...options,
  })
  return {
    tally,
    pass: (ms: number) => {
      now += ms
    },
    serve: (next: LoadDocument) => {
      document = next
    },
  }
}

/** A stream of a node, with what it says. */
function streamOf(tally: LoadTally, id: number, node = 'edge-1', group = 'edge') {
  const event = { node, group, stream: { id, peer: '10.0.0.1:1', openedAt: '' } }
  const take = (rest: Pick<LoadEvent, 'kind'> & { readonly clusters?: readonly ClusterLoad[] }) =>
    tally.take({ ...event, ...rest } as LoadEvent)
  take({ kind: 'opened' })
  return {
    report: (...clusters: ClusterLoad[]) => take({ kind: 'reported', clusters }),
    close: () => take({ kind: 'closed' }),
  }
}

const NO_CALLS = { started: 0, ok: 0, errors: 0, inProgress: 0, metrics: new Map() }
const endpoint = (address: string, counts: Partial<EndpointLoad> = {}): EndpointLoad => ({
  address,
  ...NO_CALLS,
  ...counts,
})
const locality = (counts: Partial<LocalityLoad> = {}): LocalityLoad => ({
  region: '',
  zone: '',
  subZone: '',
  priority: 0,
  ...NO_CALLS,
  endpoints: [],
  ...counts,
})
/** A locality with the sums of its endpoints. */
const sumOf = (...endpoints: EndpointLoad[]) => {
  const sum = (field: 'started' | 'ok' | 'errors' | 'inProgress') =>
    endpoints.reduce((all, one) => all + one[field], 0)
  return locality({
    started: sum('started'),
    ok: sum('ok'),
    errors: sum('errors'),
    inProgress: sum('inProgress'),
    endpoints,
  })
}
const cluster = (localities: readonly LocalityLoad[], rest: Partial<ClusterLoad> = {}): ClusterLoad => ({
  cluster: 'echo',
  serviceName: '',
  intervalMs: INTERVAL_MS,
  localities,
  dropped: 0,
  droppedBy: new Map(),
  ...rest,
})

t.test(
  'P23: counts add up over reports and nodes; rates and open calls are those of the last reports',
  async (t) => {
    const { tally } = start()
    const [one, two] = [streamOf(tally, 1), streamOf(tally, 2, 'edge-2')]
    one.report(cluster([sumOf(endpoint(B1, { started: 10, ok: 8, errors: 1, inProgress: 1 }))]))
    one.report(cluster([sumOf(endpoint(B1, { started: 20, ok: 20, inProgress: 2 }))]))
    two.report(cluster([sumOf(endpoint(B1, { started: 5 }), endpoint(B2, { started: 5, inProgress: 4 }))]))
    const { upstreams, nodes, since, intervalMs } = tally.read()
    t.match(upstreams, [
      {
        fleet: 'edge',
        upstream: 'echo',
        calls: { started: 40, ok: 28, errors: 1, inProgress: 6, perSecond: 3 },
        localities: [{ calls: { started: 40, inProgress: 6 } }],
        backends: [
          {
            endpoint: 'b1',
            address: B1,
            calls: { started: 35, inProgress: 2, perSecond: 2.5 },
            share: 0.875,
          },
          { endpoint: 'b2', address: B2, calls: { started: 5, inProgress: 4, perSecond: 0.5 }, share: 0.125 },
          { endpoint: 'b3', address: 'unix:/run/switchyard/b3.sock', calls: { started: 0 }, share: 0 },
        ],
      },
    ])
    t.equal(upstreams[0]?.backends.length, 3)
    t.match(nodes, [
      { id: 'edge-1', fleet: 'edge', streams: 1, calls: { started: 30, inProgress: 2, perSecond: 2 } },
      { id: 'edge-2', calls: { started: 10, inProgress: 4, perSecond: 1 } },
    ])
    t.match({ since, intervalMs }, { since: '2026-01-01T00:00:00.000Z', intervalMs: 10_000 })
  },
)

t.test('P23: the end of a stream ends its open calls and its rate, and its counts stay', async (t) => {
  const { tally } = start()
  const [first, second] = [streamOf(tally, 1), streamOf(tally, 2)]
  first.report(cluster([sumOf(endpoint(B1, { started: 10, inProgress: 3 }))]))
  second.report(cluster([sumOf(endpoint(B1, { started: 1, inProgress: 1 }))]))
  first.close()
  t.match(tally.read().upstreams, [{ calls: { started: 11, inProgress: 1, perSecond: 0.1 } }])
  second.close()
  t.match(tally.read(), {
    upstreams: [{ calls: { started: 11, inProgress: 0, perSecond: 0 } }],
    nodes: [{ id: 'edge-1', streams: 0, calls: { started: 11, inProgress: 0 } }],
  })
  streamOf(tally, 3).report(cluster([sumOf(endpoint(B1, { started: 4 }))]))
  t.match(tally.read().upstreams, [{ calls: { started: 15 } }], 'a new stream goes on')
})

t.test('P23: a client that falls silent has no rate any more', async (t) => {
  const { tally, pass } = start()
  streamOf(tally, 1).report(cluster([sumOf(endpoint(B1, { started: 10, inProgress: 3 }))]))
  pass(3 * INTERVAL_MS)
  t.match(tally.read().upstreams, [{ calls: { perSecond: 1 } }], 'twin')
  pass(1)
  t.match(tally.read().upstreams, [{ calls: { started: 10, inProgress: 3, perSecond: 0 } }])
})

t.test('P23: calls that are reported by locality only have a row without an address', async (t) => {
  const { tally } = start()
  const [envoy, grpc] = [streamOf(tally, 1), streamOf(tally, 2, 'caller-1')]
  envoy.report(cluster([{ ...sumOf(endpoint(B1, { started: 6, ok: 6 })), zone: 'a' }]))
  grpc.report(
    cluster([
      locality({ zone: 'a', started: 4, errors: 1, inProgress: 2 }),
      locality({ zone: 'b', started: 10 }),
    ]),
  )
  const rows = tally.read().upstreams[0]?.backends.filter(({ calls }) => calls.started > 0)
  t.match(rows, [
    { endpoint: 'b1', locality: { zone: 'a' }, calls: { started: 6, ok: 6, errors: 0 }, share: 0.3 },
    { locality: { zone: 'a' }, calls: { started: 4, errors: 1, inProgress: 2 }, share: 0.2 },
    { locality: { zone: 'b' }, calls: { started: 10 }, share: 0.5 },
  ])
  t.same(
    rows?.slice(1).map(({ address }) => address),
    [undefined, undefined],
  )
})

t.test(
  'P23: drops have categories, and metrics have a mean since the start and of the last report',
  async (t) => {
    const { tally } = start()
    const stream = streamOf(tally, 1)
    const withCpu = (sum: number) => {
      const metrics = new Map([['cpu_utilization', { calls: 2, sum }]])
      return locality({ metrics, started: 2, endpoints: [endpoint(B1, { started: 2, metrics })] })
    }
    stream.report(cluster([withCpu(0.4)], { dropped: 5, droppedBy: new Map([['overload', 3]]) }))
    stream.report(cluster([withCpu(1.2)], { dropped: 1, droppedBy: new Map([['overload', 1]]) }))
    const [upstream] = tally.read().upstreams
    t.same(upstream?.dropped, { calls: 6, categories: { overload: 4 } })
    const cpu = { calls: 4, mean: 0.4, latest: 0.6 }
    t.match(upstream?.backends[0], { endpoint: 'b1', metrics: { cpu_utilization: cpu } })
    t.match(upstream?.localities, [{ metrics: { cpu_utilization: cpu } }])
  },
)

t.test('P23: filters by fleet, upstream and node', async (t) => {
  const { tally, serve } = start()
  serve(sampleWith({ 'fleets.west': sampleConfig().fleets.edge }))
  streamOf(tally, 1).report(
    cluster([sumOf(endpoint(B1, { started: 1 }))]),
    cluster([sumOf(endpoint('[::1]:7201', { started: 2 }))], { cluster: 'echo-v2' }),
  )
  streamOf(tally, 2, 'edge-2').report(cluster([sumOf(endpoint(B1, { started: 4 }))]))
  streamOf(tally, 3, 'west-1', 'west').report(cluster([sumOf(endpoint(B1, { started: 8 }))]))
  const startedIn = (filter: Parameters<typeof tally.read>[0]) =>
    tally.read(filter).upstreams.map(({ fleet, upstream, calls }) => `${fleet} ${upstream} ${calls.started}`)
  t.same(startedIn({}), ['edge echo 5', 'edge echo-v2 2', 'west echo 8'])
  t.same(startedIn({ fleet: 'edge' }), ['edge echo 5', 'edge echo-v2 2'])
  t.same(startedIn({ upstream: 'echo' }), ['edge echo 5', 'west echo 8'])
  t.same(startedIn({ node: 'edge-2' }), ['edge echo 4'])
  t.same(startedIn({ fleet: 'east' }), [])
  t.match(tally.read({ fleet: 'edge', upstream: 'echo-v2' }).nodes, [
    { id: 'edge-1', calls: { started: 2 } },
    { id: 'edge-2', calls: { started: 0 } },
  ])
})

t.test(
  'P23: only fleets and upstreams of the document count, and no longer than they are in it',
  async (t) => {
    const { tally, serve } = start()
    const stream = streamOf(tally, 1)
    stream.report(
      cluster([sumOf(endpoint(B1, { started: 1 }))]),
      cluster([sumOf(endpoint(B1, { started: 1 }))], { cluster: 'xds_cluster' }),
      cluster([sumOf(endpoint(B1, { started: 1 }))], { cluster: '__proto__' }),
    )
    streamOf(tally, 2, 'x', 'made-up').report(cluster([sumOf(endpoint(B1, { started: 1 }))]))
    const names = () => tally.read().upstreams.map(({ fleet, upstream }) => `${fleet} ${upstream}`)
    t.same(names(), ['edge echo'])
    serve(sampleWith({ 'upstreams.echo': undefined }))
    t.same(names(), [])
    t.match(tally.read().nodes, [{ id: 'edge-1', calls: { started: 0 } }])
    serve({ ...sampleConfig(), fleets: {} })
    t.same(tally.read().nodes, [])
    stream.close()
    serve(sampleConfig())
    t.same(tally.read().nodes, [], 'it has left')
  },
)

t.test('P23, P24: a cluster under an authority counts for its upstream', async (t) => {
  const { tally } = start()
  const name = 'xdstp://west.example/envoy.config.cluster.v3.Cluster/echo'
  streamOf(tally, 1).report(cluster([locality({ started: 3 })], { cluster: name }))
  t.match(tally.read().upstreams, [{ upstream: 'echo', calls: { started: 3, perSecond: 0.3 } }])
})

t.test('P23: the thousand nodes that left last are kept, and those that report', async (t) => {
  const { tally } = start()
  streamOf(tally, 0, 'stays')
  for (let id = 1; id <= 1_001; id += 1) {
    const stream = streamOf(tally, id, `n${id}`)
    stream.report(cluster([sumOf(endpoint(B1, { started: 1 }))]))
    stream.close()
  }
  const { nodes, upstreams } = tally.read()
  t.equal(nodes.length, 1_001)
  t.notOk(nodes.some(({ id }) => id === 'n1'))
  t.ok(nodes.some(({ id }) => id === 'stays'))
  t.match(upstreams, [{ calls: { started: 1_001 } }], 'their calls stay counted')
})

t.test(
  'P23: endpoints that a node makes up are bounded, sums are complete, and old ones make room',
  async (t) => {
    const { tally, pass } = start({ limits: { fleets: 4, nodes: 100 } })
    const stream = streamOf(tally, 1)
    stream.report(cluster([sumOf(...[1, 2, 3].map((port) => endpoint(`10.0.0.1:${port}`, { started: 1 })))]))
    t.notOk(tally.read().truncated, 'twin')
    stream.report(cluster([sumOf(...[4, 5].map((port) => endpoint(`10.0.0.1:${port}`, { started: 1 })))]))
    const rows = () => tally.read().upstreams[0]?.backends.filter(({ calls }) => calls.started > 0) ?? []
    t.match(tally.read(), { truncated: true, upstreams: [{ calls: { started: 5 } }] })
    t.same(
      rows().map(({ address }) => address),
      ['10.0.0.1:1', '10.0.0.1:2', '10.0.0.1:3', undefined],
    )
    t.match(rows().at(-1), { calls: { started: 2 } }, 'the rest')
    pass(600_000)
    stream.report(cluster([sumOf(endpoint('10.0.0.1:6', { started: 1 }))]))
    t.same(
      rows().map(({ address }) => address),
      ['10.0.0.1:6', undefined],
    )
  },
)

t.test('P23: last reports are bounded too: one without room has no rate', async (t) => {
  const { tally } = start({ limits: { fleets: 100, nodes: 7 } })
  const report = cluster([sumOf(endpoint(B1, { started: 10, inProgress: 1 }))])
  const [one, two] = [streamOf(tally, 1), streamOf(tally, 2, 'edge-2')]
  one.report(report)
  // A locality and an endpoint are kept of each node, and three entries of each last report.
  two.report(report)
  t.match(tally.read().upstreams, [{ calls: { started: 20, inProgress: 1 } }])
  one.close()
  two.report(report)
  t.match(
    tally.read().upstreams,
    [{ calls: { started: 30, inProgress: 1, perSecond: 1 } }],
    'it has room now',
  )
})
