// `client_side_weighted_round_robin` with real calls: Envoy weighs endpoints by the load that they report, with calls or on a stream.

import t, { type Test } from 'tap'
import { type Backend, startBackend } from '../../services/backend-server.ts'
import type { LoadReportOptions } from '../../services/load-report.ts'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, type Edge, hostAt, startEdge, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 200

/** Backends that report these loads, or this utilization; one without a load reports nothing. */
async function startLoaded(t: Test, loads: readonly (number | LoadReportOptions | undefined)[]) {
  const backends = await Promise.all(
    loads.map((given, index) => {
      const load = typeof given === 'number' ? { utilization: given } : given
      const listen = { host: '127.0.0.1', port: 0 }
      return startBackend({ id: `b${index + 1}`, listen, latencyMs: 0, ...(load && { load }) })
    }),
  )
  for (const backend of backends) t.teardown(() => backend.close())
  const endpoints = Object.fromEntries(
    backends.map(({ address }, index) => [`b${index + 1}`, { address }] as const),
  )
  return { backends, endpoints }
}

const POLICY = { policy: 'client_side_weighted_round_robin', blackout: '0s', updatePeriod: '100ms' }

/** Makes calls until the weights of the endpoints in Envoy are these: 1000 calls a second over the utilization. */
async function untilWeights(edge: Edge, call: () => Promise<unknown>, wanted: ReadonlyMap<Backend, number>) {
  for (;;) {
    const weights = await Promise.all(
      [...wanted.keys()].map(async ({ address }) => (await hostAt(edge, address))?.weight),
    )
    if ([...wanted.values()].every((weight, index) => weights[index] === weight)) return
    await call()
  }
}

t.test(
  'T1: endpoints get calls by the load that they report, and equal shares if they report none',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { backends, endpoints } = await startLoaded(t, [0.2, 0.8])
    const [b1, b2] = backends as [Backend, Backend]
    const edge = await startEdge(t, { upstreams: { echo: { endpoints } }, lb: { policy: 'round_robin' } })
    const client = connectEcho(t, edge.address)
    const call = (count: number) => callEcho(client, { count })
    t.same(tallyOf(await call(CALLS)), { b1: CALLS / 2, b2: CALLS / 2 }, 'the twin: round robin')

    await edge.serve({ upstreams: { echo: { endpoints } }, lb: POLICY })
    await untilWeights(
      edge,
      () => call(2),
      new Map([
        [b1, 5000],
        [b2, 1250],
      ]),
    )
    const shares = tallyOf(await call(CALLS))
    // Turns by weight are exact, except where Envoy has begun anew with other weights.
    t.ok(Math.abs((shares.b1 ?? 0) - 0.8 * CALLS) <= 5, `4 of 5: ${JSON.stringify(shares)}`)

    b1.setUtilization(0.8)
    b2.setUtilization(0.2)
    await untilWeights(
      edge,
      () => call(2),
      new Map([
        [b1, 1250],
        [b2, 5000],
      ]),
    )
    const turned = tallyOf(await call(CALLS))
    t.ok(Math.abs((turned.b2 ?? 0) - 0.8 * CALLS) <= 5, `the load has moved: ${JSON.stringify(turned)}`)

    const silent = await startLoaded(t, [undefined, undefined])
    await edge.serve({ upstreams: { echo: { endpoints: silent.endpoints } }, lb: POLICY })
    t.same(tallyOf(await call(CALLS)), { b1: CALLS / 2, b2: CALLS / 2 }, 'no reports')
  },
)

t.test('T1: with reports out of band, weights hold before the first call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { backends, endpoints } = await startLoaded(t, [0.2, 0.8])
  const [b1, b2] = backends as [Backend, Backend]
  const lb = { ...POLICY, outOfBand: { enabled: true, period: '100ms' } }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints } }, lb })
  await untilWeights(
    edge,
    async () => {},
    new Map([
      [b1, 5000],
      [b2, 1250],
    ]),
  )
  const shares = tallyOf(await callEcho(connectEcho(t, edge.address), { count: CALLS }))
  t.ok(Math.abs((shares.b1 ?? 0) - 0.8 * CALLS) <= 5, JSON.stringify(shares))
})

t.test('T5: weights of localities hold around weights by load', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { backends, endpoints } = await startLoaded(t, [0.2, 0.8, 0.5])
  const [b1, b2, b3] = backends as [Backend, Backend, Backend]
  const [near, far] = [{ zone: 'near' }, { zone: 'far' }]
  const placed = {
    b1: { ...endpoints.b1, locality: near },
    b2: { ...endpoints.b2, locality: near },
    b3: { ...endpoints.b3, locality: far },
  }
  const localities = { near: { ...near, weight: 1 }, far: { ...far, weight: 1 } }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: placed, localities } }, lb: POLICY })
  const client = connectEcho(t, edge.address)
  const weights = new Map([
    [b1, 5000],
    [b2, 1250],
    [b3, 2000],
  ])
  await untilWeights(edge, () => callEcho(client, { count: 4 }), weights)
  const shares = tallyOf(await callEcho(client, { count: CALLS }))
  t.ok(Math.abs((shares.b3 ?? 0) - CALLS / 2) <= 5, `half goes far: ${JSON.stringify(shares)}`)
  t.ok(Math.abs((shares.b1 ?? 0) - 0.4 * CALLS) <= 5, 'and of the other half 4 of 5 to b1')
})

t.test(
  'T1: a backend that is busy with calls of others gets less, and more again when they end',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const load = { utilization: 0, capacity: 10 }
    const { backends, endpoints } = await startLoaded(t, [load, load])
    const [b1, b2] = backends as [Backend, Backend]
    const edge = await startEdge(t, { upstreams: { echo: { endpoints } }, lb: POLICY })
    const client = connectEcho(t, edge.address)
    const call = (count: number) => callEcho(client, { count })
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    t.teardown(release)
    async function* requests() {
      yield { message: 'hold' }
      await released
    }
    const direct = connectEcho(t, b1.address)
    const streams = Array.from({ length: 4 }, () => direct.bidirectional(requests())[Symbol.asyncIterator]())
    for (const stream of streams) await stream.next()
    // Each report is of a backend with the call that it ends: 5 of 10, and 1 of 10.
    const busy = new Map([
      [b1, 2000],
      [b2, 10_000],
    ])
    await untilWeights(edge, () => call(2), busy)
    const shares = tallyOf(await call(CALLS))
    t.ok(Math.abs((shares.b1 ?? 0) - CALLS / 6) <= 5, `1 of 6: ${JSON.stringify(shares)}`)
    release()
    for (const stream of streams) await stream.next()
    const idle = new Map([
      [b1, 10_000],
      [b2, 10_000],
    ])
    await untilWeights(edge, () => call(8), idle)
    const even = tallyOf(await call(CALLS))
    t.ok(Math.abs((even.b1 ?? 0) - CALLS / 2) <= 5, `the twin: ${JSON.stringify(even)}`)
  },
)

t.test('T1: metrics are the utilization where no application_utilization is reported', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const queue = (length: number) => ({ utilization: 0, namedMetrics: { queue: length } })
  const { backends, endpoints } = await startLoaded(t, [queue(0.2), queue(0.8)])
  const [b1, b2] = backends as [Backend, Backend]
  const lb = { ...POLICY, metrics: ['named_metrics.queue'] }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints } }, lb })
  const client = connectEcho(t, edge.address)
  const weights = new Map([
    [b1, 5000],
    [b2, 1250],
  ])
  await untilWeights(edge, () => callEcho(client, { count: 2 }), weights)
  const shares = tallyOf(await callEcho(client, { count: CALLS }))
  t.ok(Math.abs((shares.b1 ?? 0) - 0.8 * CALLS) <= 5, JSON.stringify(shares))
  await edge.serve({ upstreams: { echo: { endpoints } }, lb: POLICY })
  t.same(tallyOf(await callEcho(client, { count: CALLS })), { b1: CALLS / 2, b2: CALLS / 2 }, 'the twin')
})
