// `lb.panicThreshold` with real calls: where most endpoints are dead, all calls go to the live one, and above 0 also to the dead.

import t from 'tap'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { startDead } from '../support/dead-endpoint.ts'
import { connectEcho, startEcho, startEdge, tallyOf, untilHealth } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { untilCalls } from '../support/until-answered.ts'

/** A dead endpoint refuses at once. A live one may be slow on a busy machine, so its checks have time. */
const HEALTH_CHECK = { enabled: true, interval: '100ms', timeout: '20s', unhealthy: 1, healthy: 1 }
const CALLS = 300

t.test('T4: one live endpoint of three gets all calls by default, and a third in a panic', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const dead = [await startDead(t), await startDead(t)] as const
  const { address } = await startEcho(t, 'b1')
  const endpoints = { b1: { address }, b2: { address: dead[0] }, b3: { address: dead[1] } }
  const upstreams = { echo: { endpoints, healthCheck: HEALTH_CHECK } }
  const edge = await startEdge(t, { upstreams })
  const client = connectEcho(t, edge.address)
  /** Calls when the two are dead. @param failing of three calls one after the other */
  const callsWithDead = async (failing: number) => {
    for (const one of dead) await untilHealth(edge, one, false)
    await untilCalls(
      () => callEcho(client, { count: 30 }),
      (ids) => ids.filter((id) => id === FAILED).length === 10 * failing,
    )
    return tallyOf(await callEcho(client, { count: CALLS }))
  }
  t.same(await callsWithDead(0), { b1: CALLS }, 'default: 0')

  await edge.serve({ upstreams, lb: { panicThreshold: 50 } })
  t.same(
    await callsWithDead(2),
    { b1: CALLS / 3, [FAILED]: (2 * CALLS) / 3 },
    'a third of the endpoints are under 50 %',
  )

  await edge.serve({ upstreams, lb: { panicThreshold: 30 } })
  t.same(await callsWithDead(0), { b1: CALLS }, 'twin: they are over 30 %')
})
