// What a real Envoy reports about its calls, beside what the caller counted itself.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { callEcho } from '../support/call-echo.ts'
import {
  connectEcho,
  connectEchoUntilClosed,
  type Served,
  startEdge,
  startEndpoints,
  tallyOf,
} from '../support/edge.ts'
import { startLoadTotals } from '../support/load-totals.ts'
import { startOrcaBackend } from '../support/orca-backend.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 300

/** An edge with the endpoints, and what its Envoy reports. A cluster counts from the first report that knows it, so it waits for that. */
async function startReported(
  t: Test,
  endpoints: Parameters<typeof startLoadTotals>[0],
  served: Partial<Served> = {},
) {
  const totals = startLoadTotals(endpoints)
  const upstreams = { echo: { endpoints } }
  const edge = await startEdge(t, { upstreams, ...served }, undefined, totals.loadReports)
  await totals.until(() => true)
  return { totals, edge }
}

for (const [title, weights] of [
  ['round robin', {}],
  ['round robin with weights', { b1: 8 }],
] as const) {
  t.test(
    `P23: at L7, Envoy reports each call at its endpoint as the caller counted it (${title})`,
    async (t) => {
      if (!requireTool(t, 'envoy')) return
      const started = await startEndpoints(t, 'b1', 'b2', 'b3')
      const endpoints = Object.fromEntries(
        Object.entries(started).map(([name, one]) => {
          const weight = (weights as Readonly<Record<string, number>>)[name]
          return [name, { ...one, ...(weight && { weight }) }]
        }),
      )
      const { totals, edge } = await startReported(t, endpoints)
      const counted = tallyOf(await callEcho(connectEcho(t, edge.address), { count: CALLS, concurrency: 4 }))
      const load = await totals.until(({ calls }) => calls.ok === CALLS)
      t.same(totals.started(), counted)
      t.match(load, { calls: { started: CALLS, ok: CALLS, errors: 0, inProgress: 0 }, dropped: { calls: 0 } })
      t.match(load.localities, [{ locality: { region: '', zone: '' }, calls: { started: CALLS } }])
      const shares = load.backends.map(({ share }) => share)
      const [least = 0, most = 0] = [Math.min(...shares), Math.max(...shares)]
      // Round robin is exact within a call an endpoint and worker; with weights 8:1:1 the heavy one gets four fifths.
      if (title === 'round robin') t.ok(most - least <= 2 / CALLS, shares.join(', '))
      else t.ok(most > 0.75 && least < 0.15, shares.join(', '))
    },
  )
}

t.test('P23: an error is a gRPC status that is the fault of the server; others are ok', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const { totals, edge } = await startReported(t, endpoints)
  const client = connectEcho(t, edge.address)
  const codes = Object.values(status).filter((code) => typeof code === 'number')
  for (const statusCode of codes) await client.unary({ statusCode }).catch(() => {})
  const { calls } = await totals.until(({ calls: { ok, errors } }) => ok + errors === codes.length)
  // DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, UNKNOWN, DATA_LOSS
  t.match(calls, { started: codes.length, errors: 6, ok: codes.length - 6 })
})

t.test('P23: an open stream is in progress until it ends', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const { totals, edge } = await startReported(t, endpoints)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  t.teardown(release)
  async function* requests() {
    yield { message: 'hold' }
    await released
  }
  const answers = connectEcho(t, edge.address).bidirectional(requests())[Symbol.asyncIterator]()
  await answers.next()
  await totals.until(({ calls }) => calls.inProgress === 1)
  release()
  await answers.next()
  t.match(await totals.until(({ calls }) => calls.inProgress === 0), { calls: { started: 1, ok: 1 } })
})

t.test('P23: at L4 a connection is a call in progress, and neither ok nor an error', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1', 'b2')
  const { totals, edge } = await startReported(t, endpoints, { lb: { mode: 'l4' } })
  const clients = [1, 2, 3, 4].map(() => connectEchoUntilClosed(t, edge.address).client)
  for (const client of clients) await callEcho(client, { count: 10 })
  const load = await totals.until(({ calls }) => calls.started === 4 && calls.inProgress === 4)
  t.same(totals.started(), { b1: 2, b2: 2 })
  t.match(load.calls, { ok: 0, errors: 0 }, 'forty calls, and Envoy knows of none')
  for (const client of clients) client.close()
  t.match(await totals.until(({ calls }) => calls.inProgress === 0), {
    calls: { started: 4, ok: 0, errors: 0 },
  })
})

t.test('P23: calls beyond a circuit breaker are dropped calls', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const upstreams = { echo: { endpoints, circuitBreaker: { requests: 0 } } }
  const { totals, edge } = await startReported(t, endpoints, { upstreams })
  await callEcho(connectEcho(t, edge.address), { count: 5 })
  const load = await totals.until(({ dropped }) => dropped.calls === 5)
  t.match(load, { calls: { started: 0 }, dropped: { categories: {} } })
})

t.test('P23: localities are reported apart, with their endpoints', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const started = Object.entries(await startEndpoints(t, 'b1', 'b2'))
  const endpoints = Object.fromEntries(
    started.map(([name, one]) => [name, { ...one, locality: { region: 'eu', zone: `eu-${name}` } }]),
  )
  const { totals, edge } = await startReported(t, endpoints)
  const counted = tallyOf(await callEcho(connectEcho(t, edge.address), { count: CALLS }))
  const { backends, localities } = await totals.until(({ calls }) => calls.ok === CALLS)
  t.same(totals.started(), counted)
  t.match(backends, [
    { endpoint: 'b1', locality: { region: 'eu', zone: 'eu-b1' } },
    { endpoint: 'b2', locality: { region: 'eu', zone: 'eu-b2' } },
  ])
  t.same(
    Object.fromEntries(
      localities.map(({ locality: { zone }, calls }) => [zone.replace('eu-', ''), calls.started]),
    ),
    counted,
  )
})

t.test('P23: calls while the control plane is gone are reported when it is back', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const { totals, edge } = await startReported(t, endpoints)
  const client = connectEcho(t, edge.address)
  await callEcho(client, { count: 10 })
  await totals.until(({ calls }) => calls.ok === 10)
  const back = await edge.stopControlPlane()
  await callEcho(client, { count: CALLS })
  await back()
  const { calls } = await totals.until(({ calls: { ok } }) => ok > 10)
  // A report that Envoy sent into the dying stream may be lost; none is counted twice.
  t.ok(calls.ok <= CALLS + 10, `${calls.ok} calls`)
})

t.test(
  'P23: metrics that backends report are in the load if the upstream names them, and no others',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = {
      idle: { address: await startOrcaBackend(t, 'idle', { cpu: 0.25, queue: 2 }) },
      busy: { address: await startOrcaBackend(t, 'busy', { cpu: 0.75, queue: 8 }) },
    }
    const upstreams = { echo: { endpoints, loadMetrics: ['cpu_utilization', 'named_metrics.queue'] } }
    const { totals, edge } = await startReported(t, endpoints, { upstreams })
    const client = connectEcho(t, edge.address)
    await callEcho(client, { count: 20 })
    const { backends, localities } = await totals.until(({ calls }) => calls.ok === 20)
    const metricsOf = (cpu: number, queue: number) => ({
      cpu_utilization: { calls: 10, mean: cpu },
      'named_metrics.queue': { calls: 10, mean: queue },
    })
    t.match(backends, [
      { endpoint: 'busy', metrics: metricsOf(0.75, 8) },
      { endpoint: 'idle', metrics: metricsOf(0.25, 2) },
    ])
    t.match(localities, [{ metrics: { cpu_utilization: { calls: 20, mean: 0.5 } } }])
    t.same(Object.keys(localities[0]?.metrics ?? {}).sort(), ['cpu_utilization', 'named_metrics.queue'])

    await edge.serve({ upstreams: { echo: { endpoints, loadMetrics: ['named_metrics.*'] } } })
    await callEcho(client, { count: 20 })
    const all = await totals.until(
      ({ localities: [one] }) => one?.metrics['named_metrics.secret'] !== undefined,
    )
    t.match(all.localities, [{ metrics: { cpu_utilization: { calls: 20 } } }], 'no more of the others')
  },
)
