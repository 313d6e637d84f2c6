// Localities and priorities with real calls: shares by the weights of localities, and failover to the next priority and back.

import t from 'tap'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { startDead } from '../support/dead-endpoint.ts'
import {
  connectEcho,
  restartEcho,
  startEcho,
  startEdge,
  startEndpoints,
  tallyOf,
  untilHealth,
} from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { untilCalls } from '../support/until-answered.ts'

/** A dead endpoint refuses at once. A live one may be slow on a busy machine, so its checks have time. */
const HEALTH_CHECK = { enabled: true, interval: '100ms', timeout: '20s', unhealthy: 1, healthy: 1 }
const CALLS = 800

/** Six standard deviations of a share by chance, and one percent for what the points of a ring are off. */
function isShare(count: number, share: number): boolean {
  return Math.abs(count - CALLS * share) <= 6 * Math.sqrt(CALLS * share * (1 - share)) + CALLS / 100
}

const POLICIES = [
  { policy: 'round_robin' },
  { policy: 'least_request' },
  { policy: 'random' },
  { policy: 'ring_hash', minimumRingSize: 65_536 },
  { policy: 'maglev' },
] as const

t.test(
  'T5: localities get calls by their weights with every policy, and without weights by their endpoints',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { b1, b2, b3 } = await startEndpoints(t, 'b1', 'b2', 'b3')
    const [near, far] = [{ region: 'eu', zone: 'eu-a' }, { region: 'us' }]
    const endpoints = {
      b1: { ...b1, locality: near },
      b2: { ...b2, locality: near },
      b3: { ...b3, locality: far },
    }
    const weighted = { near: { ...near, weight: 10 }, far: { ...far, weight: 30 } }
    const edge = await startEdge(t, { upstreams: { echo: { endpoints } } })
    const client = connectEcho(t, edge.address)
    const callsTo = async () => {
      const headers = (index: number) => ({ 'x-user': `user-${index}` })
      return tallyOf(await callEcho(client, { count: CALLS, concurrency: 8, headers }))
    }
    for (const lb of POLICIES) {
      await edge.serve({ upstreams: { echo: { endpoints } }, lb })
      const alike = await callsTo()
      t.ok(isShare(alike.b3 ?? 0, 1 / 3), `${lb.policy} without weights: ${JSON.stringify(alike)}`)
      await edge.serve({ upstreams: { echo: { endpoints, localities: weighted } }, lb })
      const shares = await callsTo()
      t.ok(isShare(shares.b3 ?? 0, 3 / 4), `${lb.policy} with weights: ${JSON.stringify(shares)}`)
      t.ok(isShare(shares.b1 ?? 0, 1 / 8), 'the endpoints of a locality share its part')
    }

    const none = { far: { ...far, weight: 0 } }
    await edge.serve({ upstreams: { echo: { endpoints, localities: none } } })
    t.same(Object.keys(await callsTo()).sort(), ['b1', 'b2'], 'a locality with the weight 0 gets no calls')
  },
)

t.test('T5: calls go to the next priority when an endpoint dies, and back when it lives again', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const first = await startEcho(t, 'b1')
  const { b2 } = await startEndpoints(t, 'b2')
  const upstreams = (priority: number) => ({
    echo: {
      endpoints: { b1: { address: first.address }, b2: { ...b2, priority } },
      healthCheck: HEALTH_CHECK,
    },
  })
  const edge = await startEdge(t, { upstreams: upstreams(0) })
  const client = connectEcho(t, edge.address)
  const calls = (count: number) => callEcho(client, { count })
  const callsTo = async () => tallyOf(await calls(20))
  await untilHealth(edge, first.address, true)
  t.same(await callsTo(), { b1: 10, b2: 10 }, 'the twin: one priority')

  await edge.serve({ upstreams: upstreams(1) })
  await untilHealth(edge, first.address, true)
  t.same(await callsTo(), { b1: 20 }, 'the first priority gets all calls')
  await first.close()
  await untilHealth(edge, first.address, false)
  await untilCalls(
    () => calls(1),
    ([id]) => id === 'b2',
  )
  t.same(await callsTo(), { b2: 20 }, 'it is dead')
  await restartEcho(t, 'b1', first.address)
  await untilHealth(edge, first.address, true)
  await untilCalls(
    () => calls(1),
    ([id]) => id === 'b1',
  )
  t.same(await callsTo(), { b1: 20 }, 'it is back')
})

t.test('T5: with half of the endpoints dead, overprovisioning decides how many calls move', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const dead = await startDead(t)
  const endpoints = { b1, dead: { address: dead }, b2: { ...b2, priority: 1 } }
  const serve = (failover: object) => ({
    upstreams: { echo: { endpoints, healthCheck: HEALTH_CHECK, failover } },
  })
  const edge = await startEdge(t, serve({}))
  const client = connectEcho(t, edge.address)
  const moved = async () => {
    await untilHealth(edge, dead, false)
    // Until the workers know, one call of three or so fails: 40 that pass are no chance.
    await untilCalls(
      () => callEcho(client, { count: 40 }),
      (ids) => !ids.includes(FAILED),
    )
    return tallyOf(await callEcho(client, { count: CALLS, concurrency: 8 }))
  }
  const byDefault = await moved()
  t.ok(isShare(byDefault.b2 ?? 0, 0.3), `140 by default: ${JSON.stringify(byDefault)}`)
  await edge.serve(serve({ overprovisioning: 100 }))
  const exact = await moved()
  t.ok(isShare(exact.b2 ?? 0, 0.5), `100: ${JSON.stringify(exact)}`)
  await edge.serve(serve({ overprovisioning: 200 }))
  t.same(await moved(), { b1: CALLS }, '200')
})
