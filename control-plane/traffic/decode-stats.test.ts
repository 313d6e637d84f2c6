// What is read of a push of an Envoy's stats, and what is not.

import t from 'tap'
import { statsMessage } from '../../test/support/stats-client.ts'
import { decodeStats } from './decode-stats.ts'
import { kindOf } from './stat-names.ts'

const KINDS: readonly [name: string, kind: ReturnType<typeof kindOf>][] = [
  ['http.main.downstream_rq_completed', 'calls'],
  ['http.a.b.downstream_rq_completed', 'calls'],
  ['http.main.downstream_rq_total', undefined],
  ['listener.main.http.main.downstream_rq_completed', undefined],
  ['http.admin.downstream_rq_completed', undefined],
  ['http.main.downstream_rq_time', 'latency'],
  ['http.admin.downstream_rq_time', undefined],
  ['http.main.downstream_rq_5xx', 'http5xx'],
  ['cluster.echo.upstream_rq_5xx', 'upstream5xx'],
  ['cluster.echo.external.upstream_rq_5xx', undefined],
  ['cluster.echo.internal.upstream_rq_5xx', undefined],
  ['cluster.echo.retry.upstream_rq_5xx', undefined],
  ['cluster.echo.zone.a.b.upstream_rq_5xx', undefined],
  ['cluster.echo.grpc.pkg.Service.Unary.success', 'grpcOk'],
  ['cluster.echo.grpc.pkg.Service.Unary.failure', 'grpcFailed'],
  ['cluster.echo.grpc.pkg.Service.Unary.14', undefined],
  ['cluster.echo.health_check.failure', undefined],
  ['http.main.jwt_authn.denied', 'denied'],
  ['http.main.rbac.denied', 'denied'],
  ['http.main.rbac.shadow_denied', undefined],
  ['http.main.ext_authz.denied', 'denied'],
  ['listener.main.downstream_cx_active', 'connections'],
  ['listener.127.0.0.1_8080.downstream_cx_active', 'connections'],
  ['listener.main.worker_0.downstream_cx_active', undefined],
  ['listener.admin.downstream_cx_active', undefined],
  ['listener.admin.main_thread.downstream_cx_active', undefined],
  ['listener_manager.total_listeners_draining', 'draining'],
  ['listener_manager.total_filter_chains_draining', 'draining'],
  ['listener_manager.total_listeners_active', undefined],
  ['server.uptime', undefined],
]

t.test('each stat has the kind that it counts for', async (t) => {
  for (const [name, kind] of KINDS) t.equal(kindOf(name), kind, name)
})

t.test('stats of one kind add up, whatever listener or upstream has them', async (t) => {
  const message = statsMessage(
    [
      { name: 'http.main.downstream_rq_completed', counter: 3 },
      { name: 'http.other.downstream_rq_completed', counter: 4 },
      { name: 'cluster.echo.upstream_rq_5xx', counter: 1 },
      { name: 'listener.main.downstream_cx_active', gauge: 2 },
      { name: 'server.uptime', gauge: 99 },
    ],
    1_234,
  )
  t.same(decodeStats(message), {
    takenAt: 1_234,
    sums: { calls: 7, upstream5xx: 1, connections: 2 },
    latency: new Map(),
  })
})

t.test('a histogram gives the calls of each bucket, with the bound where it begins', async (t) => {
  const histogram = [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [3.5, 5],
  ] as const
  const latencyOf = (count: number) =>
    decodeStats(statsMessage([{ name: 'http.main.downstream_rq_time', histogram, count }])).latency
  t.same(Object.fromEntries(latencyOf(5)), { 0.5: 0, 1.5: 2, 2.5: 0, 3.5: 3 })
  t.equal(latencyOf(6).get(3.5), 4, 'calls that took longer than the last bound')
})

t.test('histograms of several listeners add up', async (t) => {
  const stat = (name: string) => ({ name: `http.${name}.downstream_rq_time`, histogram: [[0.5, 2]] as const })
  t.same(Object.fromEntries(decodeStats(statsMessage([stat('a'), stat('b')])).latency), { 0.5: 4 })
})

t.test('what is not a count counts as none', async (t) => {
  for (const counter of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    const { sums } = decodeStats(statsMessage([{ name: 'http.main.downstream_rq_completed', counter }]))
    t.same(sums, { calls: 0 }, `${counter}`)
  }
})

t.test('what is no message is invalid, at every length', async (t) => {
  const stats = [
    { name: 'http.main.downstream_rq_completed', counter: 3 },
    { name: 'http.main.downstream_rq_time', histogram: [[0.5, 2]] as const },
  ]
  const whole = statsMessage(stats)
  let cut = 0
  for (let length = 1; length < whole.length; length += 1) {
    try {
      decodeStats(whole.subarray(0, length))
    } catch (error) {
      cut += 1
      t.match(error, { code: 'invalid-argument', message: /^the stats cannot be decoded: / })
    }
  }
  t.equal(cut, whole.length - 2, 'all but the one that ends between two stats')
  t.throws(() => decodeStats(new Uint8Array(17 * 1024 * 1024)), {
    code: 'invalid-argument',
    message: /the limit is/,
  })
})
