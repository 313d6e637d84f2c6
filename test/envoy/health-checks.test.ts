// Active health checks with real traffic: which calls a dead, a frozen and a removed backend cost, with the switch on and off.

import { isMessage, type Message } from '@bufbuild/protobuf'
import { type Cluster, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t, { type Test } from 'tap'
import { type BackendProcess, startBackendProcess } from '../support/backend-process.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import {
  connectEcho,
  connectEchoUntilClosed,
  startEdge,
  startEndpoints,
  tallyOf,
  untilHealth,
} from '../support/edge.ts'
import { startLoad } from '../support/real-envoy.ts'
import { untilCalls } from '../support/until-answered.ts'

/** A dead backend refuses at once. A live one may be slow on a busy machine, so its checks have time. */
const CHECK = {
  enabled: true,
  service: 'switchyard.echo.v1.EchoService',
  interval: '100ms',
  timeout: '20s',
  unhealthy: 2,
  healthy: 1,
}
/** A frozen backend fails its checks when their time is over. */
const SHORT_CHECK = { ...CHECK, timeout: '500ms' }
const OFF = { ...CHECK, enabled: false }

type Backends = Readonly<Record<'b1' | 'b2' | 'b3', BackendProcess>>

async function startBackends(t: Test): Promise<Backends> {
  const [b1, b2, b3] = await Promise.all([
    startBackendProcess(t, 'b1'),
    startBackendProcess(t, 'b2'),
    startBackendProcess(t, 'b3'),
  ])
  return { b1, b2, b3 }
}

function echoOf(backends: Readonly<Record<string, { readonly address: string }>>, healthCheck: object) {
  const endpoints = Object.entries(backends).map(([id, { address }]) => [id, { address }])
  return { echo: { endpoints: Object.fromEntries(endpoints), healthCheck } }
}

/** An edit for twins: removes the setting under test from the clusters. */
function editClusters(edit: (cluster: Cluster) => void) {
  return (resources: readonly Message[]) =>
    resources.filter((resource) => isMessage(resource, ClusterSchema)).forEach(edit)
}

t.test(
  'T6: a backend that is killed under load gets no calls after its ejection, and its share after its restart',
  async (t) => {
    const backends = await startBackends(t)
    const edge = await startEdge(t, { upstreams: echoOf(backends, CHECK) })
    const load = startLoad(t, edge.address)
    await load.further(100)
    await backends.b2.kill()
    await untilHealth(edge, backends.b2.address, false)
    const client = connectEcho(t, edge.address)
    const few = () => callEcho(client, { count: 30 })
    await untilCalls(few, (ids) => !ids.includes(FAILED))
    const during = tallyOf(await callEcho(client, { count: 400, concurrency: 4 }))
    t.same(Object.keys(during).sort(), ['b1', 'b3'], 'no call fails, and none goes to the dead backend')

    await startBackendProcess(t, 'b2', backends.b2.address)
    await untilHealth(edge, backends.b2.address, true)
    await load.stop()
    await untilCalls(few, (ids) => ids.includes('b2'))
    t.same(tallyOf(await callEcho(client, { count: 300 })), { b1: 100, b2: 100, b3: 100 })
  },
)

t.test('T6: without health checks a killed backend keeps failing calls', async (t) => {
  const backends = await startBackends(t)
  const edge = await startEdge(t, { upstreams: echoOf(backends, OFF) })
  await backends.b2.kill()
  const answers = tallyOf(await callEcho(connectEcho(t, edge.address), { count: 300 }))
  t.ok((answers[FAILED] ?? 0) >= 99, `${answers[FAILED]} of 300 calls failed`)
})

for (const [title, lb] of [
  ['are both ejected at once', {}],
  // Envoy's default window is a second, which is too short for calls on a busy machine.
  ['get calls until the merge window ends, if there is one', { updateMergeWindow: '10m' }],
] as const) {
  t.test(`T6: two backends that die together ${title}`, async (t) => {
    const backends = await startBackends(t)
    const edge = await startEdge(t, { upstreams: echoOf(backends, CHECK), lb })
    const client = connectEcho(t, edge.address)
    await Promise.all([backends.b1.kill(), backends.b2.kill()])
    await untilHealth(edge, backends.b1.address, false)
    await untilHealth(edge, backends.b2.address, false)
    const isMerged = 'updateMergeWindow' in lb
    const calls = () => callEcho(client, { count: 50 })
    if (!isMerged) await untilCalls(calls, (ids) => !ids.includes(FAILED))
    const { [FAILED]: failed = 0 } = tallyOf(await calls())
    t.equal(failed > 0, isMerged, `${failed} of 50 calls failed`)
  })
}

for (const [title, edit] of [
  ['is closed when its backend fails its checks', undefined],
  [
    'would otherwise stay with a frozen backend',
    editClusters((cluster) => {
      cluster.closeConnectionsOnHostHealthFailure = false
    }),
  ],
] as const) {
  t.test(`T6: a connection through L4 ${title}`, async (t) => {
    const backends = await startBackends(t)
    const upstreams = echoOf(backends, SHORT_CHECK)
    const edge = await startEdge(t, { upstreams, lb: { mode: 'l4' }, ...(edit && { edit }) })
    const { client, closed } = connectEchoUntilClosed(t, edge.address)
    const { backendId } = await client.unary({})
    const chosen = backends[backendId as keyof Backends]
    chosen.freeze()
    await untilHealth(edge, chosen.address, false)
    if (edit === undefined) {
      await closed
      t.not((await client.unary({})).backendId, backendId, 'another backend answers')
    } else {
      const next = client.unary({}, { deadline: new Date(Date.now() + 2000) })
      await t.rejects(next, { message: /[Dd]eadline/ }, 'no backend answers')
    }
  })
}

t.test('an endpoint that is removed from the document gets no calls, even if it is healthy', async (t) => {
  const endpoints = await startEndpoints(t, 'b1', 'b2', 'b3')
  const { b3: _, ...rest } = endpoints
  const keepHealthy = editClusters((cluster) => {
    cluster.ignoreHealthOnHostRemoval = false
  })
  const edge = await startEdge(t, { upstreams: echoOf(endpoints, CHECK) })
  const client = connectEcho(t, edge.address)
  await edge.serve({ upstreams: echoOf(rest, CHECK) })
  t.same(tallyOf(await callEcho(client, { count: 300 })), { b1: 150, b2: 150 })

  await edge.serve({ upstreams: echoOf(endpoints, CHECK), edit: keepHealthy })
  await edge.serve({ upstreams: echoOf(rest, CHECK), edit: keepHealthy })
  t.ok(tallyOf(await callEcho(client, { count: 300 })).b3, 'by default Envoy keeps calling it')
})
