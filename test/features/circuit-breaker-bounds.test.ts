// Each bound of `circuitBreaker` with real calls: what is over it is refused at once or waits, and passes without the bound.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { connectEcho, type Edge, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { until } from '../support/until.ts'

/** So that each stream needs a connection of its own. */
const ONE_EACH = { http2: { maxConcurrentStreams: 1 } }
const OVERFLOW = { code: status.UNAVAILABLE, message: /reset reason: overflow/ }

async function statOf({ envoy }: Edge, name: string): Promise<number | undefined> {
  return (await envoy.admin.stats(`^cluster\\.echo\\.${name.replaceAll('.', '\\.')}$`)).get(
    `cluster.echo.${name}`,
  )
}

/** Resolves when a counter or gauge of the upstream has this value. */
async function untilStat(edge: Edge, name: string, value: number): Promise<void> {
  await until(async () => (await statOf(edge, name)) === value)
}

/** A stream that stays open until it is released. */
function hold(t: Test, { address }: Edge) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  t.teardown(release)
  async function* requests() {
    yield { message: 'hold' }
    await released
  }
  const answers = connectEcho(t, address).bidirectional(requests())[Symbol.asyncIterator]()
  return { answered: answers.next(), release }
}

async function startOne(t: Test) {
  const endpoints = await startEndpoints(t, 'b1')
  const upstreams = (circuitBreaker: object) => ({ echo: { endpoints, ...ONE_EACH, circuitBreaker } })
  return { upstreams, edge: await startEdge(t, { upstreams: upstreams({}) }) }
}

t.test('T8: calls over `pending` are refused at once, and without it they wait', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { upstreams, edge } = await startOne(t)
  const waiting = async (circuitBreaker: object, count: number) => {
    await edge.serve({ upstreams: upstreams({ connections: 1, ...circuitBreaker }) })
    const held = hold(t, edge)
    await held.answered
    const calls = Array.from({ length: count }, () => connectEcho(t, edge.address).unary({}))
    return { held, calls }
  }
  const limited = await waiting({ pending: 2 }, 3)
  await t.rejects(Promise.all(limited.calls), OVERFLOW)
  t.equal(await statOf(edge, 'upstream_rq_pending_overflow'), 1)
  limited.held.release()
  const outcomes = await Promise.allSettled(limited.calls)
  t.same(outcomes.map(({ status: outcome }) => outcome).toSorted(), ['fulfilled', 'fulfilled', 'rejected'])

  const twin = await waiting({}, 3)
  await untilStat(edge, 'upstream_rq_pending_active', 3)
  twin.held.release()
  t.equal((await Promise.all(twin.calls)).length, 3, 'the twin: they wait and pass')
})

t.test(
  'T8: with `connections: 1`, a second stream waits for the first, and without it both are open',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { upstreams, edge } = await startOne(t)
    await Promise.all([hold(t, edge).answered, hold(t, edge).answered])
    t.equal(await statOf(edge, 'upstream_cx_overflow'), 0, 'the twin: both are open')

    await edge.serve({ upstreams: upstreams({ connections: 1 }) })
    const first = hold(t, edge)
    await first.answered
    const second = hold(t, edge)
    await untilStat(edge, 'upstream_cx_overflow', 1)
    t.equal(await Promise.race([second.answered, 'still waits']), 'still waits')
    first.release()
    await second.answered
  },
)

t.test(
  'T8: no call is retried over `retries`, and without it each failing call has four attempts',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const listen = { host: '127.0.0.1', port: 0 }
    const backend = await startBackend({ id: 'b1', listen, latencyMs: 0, failPercent: 100, changeable: true })
    t.teardown(() => backend.close())
    const endpoints = { b1: { address: backend.address } }
    const served = (circuitBreaker: object) => ({
      upstreams: { echo: { endpoints, circuitBreaker } },
      fleet: {
        retry: { enabled: true, attempts: 3, on: ['unavailable'], backOff: { base: '1ms', max: '1ms' } },
      },
    })
    const edge = await startEdge(t, served({}))
    const attempts = async () => {
      const before = backend.calls()
      await t.rejects(connectEcho(t, edge.address).unary({}), { code: status.UNAVAILABLE })
      return backend.calls() - before
    }
    t.equal(await attempts(), 4, 'the twin')
    await edge.serve(served({ retries: 0 }))
    t.equal(await attempts(), 1)
    t.equal(await statOf(edge, 'upstream_rq_retry_overflow'), 1)
  },
)

t.test('T8: `trackRemaining` shows how many calls are left, and without it nothing', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { upstreams, edge } = await startOne(t)
  const remaining = 'circuit_breakers.default.remaining_rq'
  const twin = hold(t, edge)
  await twin.answered
  t.equal(await statOf(edge, remaining), undefined, 'the twin: not counted')
  twin.release()
  await edge.serve({ upstreams: upstreams({ requests: 10, trackRemaining: true }) })
  await hold(t, edge).answered
  t.equal(await statOf(edge, remaining), 9)
})

t.test('T8: calls of rules with `priority: high` have bounds of their own', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const served = (priority: string, circuitBreaker: object) => ({
    upstreams: { echo: { endpoints, circuitBreaker } },
    rules: { all: { match: {}, to: { echo: 1 }, priority } },
  })
  const edge = await startEdge(t, served('high', { requests: 0 }))
  const call = () => connectEcho(t, edge.address).unary({})
  t.match(await call(), { backendId: 'b1' }, 'the bound of others does not hold for them')
  await edge.serve(served('default', { requests: 0 }))
  await t.rejects(call(), OVERFLOW, 'the twin: a rule without it')
  await edge.serve(served('high', { highPriority: { requests: 0 } }))
  await t.rejects(call(), OVERFLOW, 'their own bound')
  await edge.serve(served('default', { highPriority: { requests: 0 } }))
  t.match(await call(), { backendId: 'b1' }, 'which does not hold for others')
})
