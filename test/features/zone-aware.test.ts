// `zoneAware` with real calls: calls stay in the zone of their Envoy as far as its endpoints suffice, and leave it when they die.

import t, { type Test } from 'tap'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { startDead } from '../support/dead-endpoint.ts'
import {
  connectEcho,
  type Edge,
  restartEcho,
  startEcho,
  startEdge,
  startEndpoints,
  tallyOf,
  untilHealth,
} from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

/** A dead endpoint refuses at once. A live one may be slow on a busy machine, so its checks have time. */
const HEALTH_CHECK = { enabled: true, interval: '100ms', timeout: '20s', unhealthy: 1, healthy: 1 }
const CALLS = 400
const [NEAR, FAR] = [
  { region: 'eu', zone: 'eu-a' },
  { region: 'eu', zone: 'eu-b' },
]
const HALF_NEAR = { near: { ...NEAR, envoys: 1 }, far: { ...FAR, envoys: 1 } }
const POLICIES = ['round_robin', 'least_request', 'random']

/** Six standard deviations of a share by chance. */
function isShare(count = 0, share: number): boolean {
  return Math.abs(count - CALLS * share) <= 6 * Math.sqrt(CALLS * share * (1 - share))
}

/** Endpoints of these names: those that begin with n are near. */
async function placed(t: Test, ...ids: string[]) {
  const started = await startEndpoints(t, ...ids)
  return Object.fromEntries(
    Object.entries(started).map(([id, one]) => [id, { ...one, locality: id.startsWith('n') ? NEAR : FAR }]),
  )
}

/** An Envoy that runs near. */
function startNear(t: Test, served: Parameters<typeof startEdge>[1]): Promise<Edge> {
  return startEdge(t, served, undefined, undefined, [], NEAR)
}

for (const policy of POLICIES) {
  t.test(
    `T5: ${policy} keeps calls in the zone of their Envoy, and without the switch it does not`,
    async (t) => {
      if (!requireTool(t, 'envoy')) return
      const endpoints = await placed(t, 'n1', 'n2', 'f1', 'f2')
      const served = (zoneAware: object, localities: object | undefined = HALF_NEAR) => ({
        upstreams: { echo: { endpoints } },
        lb: { policy, zoneAware },
        ...(localities && { fleet: { localities } }),
      })
      const edge = await startNear(t, served({ enabled: true, minClusterSize: 4 }))
      const client = connectEcho(t, edge.address)
      const near = async () => {
        const { n1 = 0, n2 = 0 } = tallyOf(await callEcho(client, { count: CALLS, concurrency: 4 }))
        return n1 + n2
      }
      t.equal(await near(), CALLS, 'half of the Envoys and half of the endpoints are near')
      await edge.serve(served({ enabled: true }))
      t.ok(isShare(await near(), 0.5), 'fewer endpoints than the 6 of minClusterSize')
      await edge.serve(served({ enabled: true, minClusterSize: 4, routing: 0 }))
      t.ok(isShare(await near(), 0.5), 'no call may stay')
      await edge.serve(served({ enabled: false, minClusterSize: 4 }))
      t.ok(isShare(await near(), 0.5), 'the twin')
    },
  )
}

t.test('T5: a zone with too few endpoints keeps its share of the calls, or all with minLocal', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await placed(t, 'n1', 'f1', 'f2', 'f3')
  const served = (more: object) => ({
    upstreams: { echo: { endpoints } },
    lb: { zoneAware: { enabled: true, minClusterSize: 4, ...more } },
    fleet: { localities: HALF_NEAR },
  })
  const edge = await startNear(t, served({}))
  const client = connectEcho(t, edge.address)
  const near = async () => tallyOf(await callEcho(client, { count: CALLS, concurrency: 4 })).n1
  t.ok(
    isShare(await near(), 0.5),
    'a quarter of the endpoints can take half of the calls of half of the Envoys',
  )
  await edge.serve(served({ minLocal: 1 }))
  t.equal(await near(), CALLS, 'one endpoint is enough')
  await edge.serve(served({ minLocal: 2 }))
  t.ok(isShare(await near(), 0.5), 'the twin: two are wanted')
})

t.test('T5: calls leave the zone when its endpoint dies, and come back when it lives', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const first = await startEcho(t, 'n1')
  const { f1 } = await placed(t, 'f1')
  const upstreams = {
    echo: { endpoints: { n1: { address: first.address, locality: NEAR }, f1 }, healthCheck: HEALTH_CHECK },
  }
  const served = (enabled: boolean) => ({
    upstreams,
    lb: { zoneAware: { enabled, minClusterSize: 1 } },
    fleet: { localities: HALF_NEAR },
  })
  const edge = await startNear(t, served(false))
  await untilHealth(edge, first.address, true)
  const client = connectEcho(t, edge.address)
  const callsTo = async () => tallyOf(await callEcho(client, { count: 20 }))
  t.same(await callsTo(), { n1: 10, f1: 10 }, 'the twin')
  await edge.serve(served(true))
  await untilHealth(edge, first.address, true)
  t.same(await callsTo(), { n1: 20 })
  await first.close()
  await untilHealth(edge, first.address, false)
  while ((await callEcho(client, { count: 1 }))[0] !== 'f1');
  t.same(await callsTo(), { f1: 20 }, 'it is dead')
  await restartEcho(t, 'n1', first.address)
  await untilHealth(edge, first.address, true)
  while ((await callEcho(client, { count: 1 }))[0] !== 'n1');
  t.same(await callsTo(), { n1: 20 }, 'it is back')
})

t.test(
  'T5: an Envoy that runs nowhere in particular, or in a fleet without localities, calls all zones',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await placed(t, 'n1', 'f1')
    const upstreams = { echo: { endpoints } }
    const lb = { zoneAware: { enabled: true, minClusterSize: 2 } }
    const fleet = { localities: HALF_NEAR }
    const callsOf = async (edge: Edge) =>
      tallyOf(await callEcho(connectEcho(t, edge.address), { count: CALLS }))
    const nowhere = await startEdge(t, { upstreams, lb, fleet })
    t.ok(isShare((await callsOf(nowhere)).n1, 0.5), 'it does not say where it runs')
    const alone = await startNear(t, { upstreams, lb })
    t.ok(isShare((await callsOf(alone)).n1, 0.5), 'its fleet does not say where the others run')
    await alone.serve({ upstreams, lb, fleet })
    const near = async () =>
      (await callEcho(connectEcho(t, alone.address), { count: 20 })).every((id) => id === 'n1')
    // An ACK of assignments says that the main thread has them, and the workers get them a moment later.
    while (!(await near()));
    t.same(await callsOf(alone), { n1: CALLS }, 'the twin: from now on both are known')
  },
)

t.test(
  'T5: below panicThreshold, calls fail with failOnPanic, and without it they go anywhere',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { n1 } = await placed(t, 'n1')
    const dead = [await startDead(t), await startDead(t)] as const
    const endpoints = {
      n1,
      d1: { address: dead[0], locality: NEAR },
      d2: { address: dead[1], locality: FAR },
    }
    const served = (failOnPanic: boolean) => ({
      upstreams: { echo: { endpoints, healthCheck: HEALTH_CHECK } },
      lb: { panicThreshold: 50, zoneAware: { enabled: true, minClusterSize: 1, failOnPanic } },
      fleet: { localities: HALF_NEAR },
    })
    const edge = await startNear(t, served(true))
    const client = connectEcho(t, edge.address)
    for (const one of dead) await untilHealth(edge, one, false)
    t.same(tallyOf(await callEcho(client, { count: 30 })), { [FAILED]: 30 })
    await edge.serve(served(false))
    for (const one of dead) await untilHealth(edge, one, false)
    t.ok((await callEcho(client, { count: 30 })).includes('n1'), 'the twin')
  },
)
