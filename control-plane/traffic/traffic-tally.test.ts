// Rounds of pushes, the samples that they become, and what is kept of them.

import t from 'tap'
import type { TrafficSample } from '../../api/schemas/traffic.ts'
import { callsStat, type Stat, statsMessage } from '../../test/support/stats-client.ts'
import { TrafficTally } from './traffic-tally.ts'

const START = Date.UTC(2026, 0, 1)

/** A tally at a time that the test moves. */
function start(fleets: readonly string[] = ['edge']) {
  const clock = { now: START }
  const samples: TrafficSample[] = []
  const tally = new TrafficTally({ hasFleet: (name) => fleets.includes(name), now: () => clock.now })
  tally.onSample((sample) => samples.push(sample))
  const open = (node: string, group = 'edge') => {
    const sink = tally.service.open({ node, group, peer: '127.0.0.1:1' })
    return {
      /** Pushes now, with the clock of the node, which is the same. */
      push: (calls: number, ...more: readonly Stat[]) =>
        sink.take(statsMessage([callsStat(calls), ...more], clock.now)),
      take: sink.take,
      close: sink.close,
    }
  }
  return { clock, samples, tally, open }
}

t.test('a push is a sample, with the interval since the push before', async (t) => {
  const { clock, samples, open } = start()
  const node = open('edge-1')
  node.push(100)
  t.same(samples, [], 'nobody knows which interval the first push covers')
  clock.now += 1_000
  node.push(7, { name: 'listener.main.downstream_cx_active', gauge: 3 })
  t.same(samples, [
    {
      at: '2026-01-01T00:00:01.000Z',
      fleet: 'edge',
      seconds: 1,
      calls: 7,
      errors: 0,
      p50Ms: null,
      p99Ms: null,
      connections: { active: 3, draining: 0 },
      proxies: { 'edge-1': { calls: 7, errors: 0 } },
    },
  ])
})

t.test('a sample has one push of each node of the fleet, whenever each pushes', async (t) => {
  const { clock, samples, open } = start()
  const [one, two] = [open('edge-1'), open('edge-2')]
  for (let second = 0; second < 4; second += 1) {
    one.push(10)
    clock.now += 300
    two.push(20)
    clock.now += 700
  }
  t.same(
    samples.map(({ calls, seconds }) => [calls, seconds]),
    [
      [30, 1],
      [30, 1],
      [30, 1],
    ],
  )
  t.same(samples[0]?.proxies, { 'edge-1': { calls: 10, errors: 0 }, 'edge-2': { calls: 20, errors: 0 } })
})

t.test('pushes that arrive late together are samples of the intervals that they cover', async (t) => {
  const { clock, samples, open } = start()
  const { take } = open('edge-1')
  take(statsMessage([callsStat(1)], START))
  clock.now += 5_000
  for (let second = 1; second <= 3; second += 1) take(statsMessage([callsStat(5)], START + second * 1_000))
  t.same(
    samples.map(({ calls, seconds }) => calls / seconds),
    [5, 5, 5],
  )
})

t.test('a node that stops pushing does not hold up the others', async (t) => {
  const { clock, samples, open } = start()
  const [one, two] = [open('edge-1'), open('edge-2')]
  for (let second = 0; second < 8; second += 1) {
    one.push(1)
    if (second < 2) two.push(1)
    clock.now += 1_000
  }
  const last = samples.at(-1)
  t.same([last?.seconds, last?.calls, Object.keys(last?.proxies ?? {})], [1, 1, ['edge-1']])
  two.close()
  one.push(1)
  t.equal(samples.at(-1)?.seconds, 1, 'nor a node that has left')
})

t.test(
  'errors are by gRPC status where Envoy counts it, else by HTTP, and always what it denied',
  async (t) => {
    const counter = (name: string, count: number): Stat => ({ name, counter: count })
    const errorsOf = (...stats: readonly Stat[]) => {
      const { clock, samples, open } = start()
      const node = open('edge-1')
      node.push(0)
      clock.now += 1_000
      node.push(9, ...stats)
      return samples[0]?.errors
    }
    const http = [counter('http.main.downstream_rq_5xx', 2), counter('cluster.echo.upstream_rq_5xx', 3)]
    const grpc = [
      counter('cluster.echo.grpc.pkg.S.M.success', 4),
      counter('cluster.echo.grpc.pkg.S.M.failure', 1),
    ]
    t.equal(errorsOf(), 0)
    t.equal(errorsOf(...http), 3)
    t.equal(errorsOf(...http, ...grpc), 1)
    t.equal(errorsOf(...grpc, counter('http.main.jwt_authn.denied', 5)), 6)
  },
)

t.test('percentiles are those of the calls of all nodes', async (t) => {
  const { clock, samples, open } = start()
  const [one, two] = [open('edge-1'), open('edge-2')]
  const latency = (...histogram: [number, number][]): Stat => ({
    name: 'http.main.downstream_rq_time',
    histogram,
  })
  for (let second = 0; second < 2; second += 1) {
    one.push(99, latency([0.5, 99], [99.5, 99], [100.5, 99]))
    two.push(1, latency([0.5, 0], [99.5, 0], [100.5, 1]))
    clock.now += 1_000
  }
  t.match(samples[0], { calls: 100, p99Ms: 1 })
  t.ok((samples[0]?.p50Ms ?? 0) < 1)
})

t.test('samples are kept for 15 minutes, and can be read for one fleet and fewer minutes', async (t) => {
  const { clock, tally, open } = start(['edge', 'canary'])
  const [edge, canary] = [open('edge-1'), open('canary-1', 'canary')]
  for (let second = 0; second < 1_200; second += 1) {
    edge.push(1)
    canary.push(1)
    clock.now += 1_000
  }
  const { samples, nodes, intervalMs } = tally.read()
  t.equal(samples.length, 2 * 901)
  t.same(
    samples.map(({ at }) => at),
    samples.map(({ at }) => at).toSorted(),
    'oldest first',
  )
  t.equal(intervalMs, 1_000)
  t.match(nodes, [
    { id: 'canary-1', fleet: 'canary', lastReportAt: new Date(clock.now - 1_000).toISOString() },
    { id: 'edge-1', fleet: 'edge' },
  ])
  t.equal(tally.read({ fleet: 'edge', minutes: 5 }).samples.length, 300)
  t.same(tally.read({ fleet: 'west' }), { intervalMs: 1_000, nodes: [], samples: [] })
  edge.close()
  t.same(tally.read({ fleet: 'edge' }).nodes, [], 'a node that has left')
})

t.test('nodes of a fleet that the document does not have take no memory', async (t) => {
  const { clock, tally, open, samples } = start()
  const stranger = open('west-1', 'west')
  for (let second = 0; second < 3; second += 1) {
    stranger.push(1)
    clock.now += 1_000
  }
  t.same([samples, tally.read().nodes], [[], []])
})

t.test('with very many nodes, older samples forget which node had which calls', async (t) => {
  const { clock, tally, open, samples } = start()
  const nodes = Array.from({ length: 1_000 }, (_, index) => open(`edge-${index}`))
  for (let second = 0; second < 122; second += 1) {
    const message = statsMessage([callsStat(1)], clock.now)
    for (const { take } of nodes) take(message)
    clock.now += 1_000
  }
  const kept = tally.read().samples
  t.equal(kept.length, 121)
  t.equal(kept.filter(({ proxies }) => Object.keys(proxies).length > 0).length, 100, '100,000 rows')
  t.same(kept[0]?.proxies, {})
  t.equal(kept[0]?.calls, 1_000)
  t.equal(Object.keys(samples.at(-1)?.proxies ?? {}).length, 1_000)
})

t.test('a stream that pushes all the time is ended, and one that was read late is not', async (t) => {
  const { open } = start()
  const late = open('edge-1')
  for (let push = 0; push < 60; push += 1) late.push(1)
  const flood = open('edge-2')
  t.throws(
    () => {
      for (let push = 0; push < 1_000; push += 1) flood.push(1)
    },
    { code: 'invalid-argument', message: /stats_flush_interval/ },
  )
})
