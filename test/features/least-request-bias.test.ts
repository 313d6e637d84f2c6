// `activeRequestBias` of `least_request` with real calls: what open calls count beside different weights of endpoints.

import t, { type Test } from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const OPEN = 9
const CALLS = 80

/** The calls to b1 with the weight 3 and OPEN streams, and to b2 with the weight 1 and none. */
async function sharesOf(t: Test, options: object) {
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const lb = { policy: 'least_request', ...options }
  const serving = (endpoints: object) => ({ upstreams: { echo: { endpoints } }, lb })
  const edge = await startEdge(t, serving({ b1: { ...b1, weight: 3 } }))
  const client = connectEcho(t, edge.address)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  t.teardown(release)
  async function* requests() {
    yield { message: 'hold' }
    await released
  }
  const streams = Array.from({ length: OPEN }, () => client.bidirectional(requests())[Symbol.asyncIterator]())
  for (const stream of streams) await stream.next()
  await edge.serve(serving({ b1: { ...b1, weight: 3 }, b2: { ...b2, weight: 1 } }))
  return tallyOf(await callEcho(client, { count: CALLS }))
}

/** Turns by weight are exact, except that an endpoint's weight is looked at when its turn before ends. */
const isNear = (count: number, wanted: number) => Math.abs(count - wanted) <= 3

t.test('T1: open calls count by activeRequestBias, and not at all where it is 0', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const none = await sharesOf(t, { activeRequestBias: 0 })
  t.ok(isNear(none.b1 ?? 0, CALLS * (3 / 4)), `0: weights alone: ${JSON.stringify(none)}`)
  const byDefault = await sharesOf(t, {})
  t.ok(isNear(byDefault.b1 ?? 0, CALLS * (0.3 / 1.3)), `1, the twin: ${JSON.stringify(byDefault)}`)
  const strong = await sharesOf(t, { activeRequestBias: 5 })
  t.ok((strong.b1 ?? 0) <= 2, `5: nearly nothing for b1: ${JSON.stringify(strong)}`)
})
