// `lb.slowStart` with real calls: an endpoint that joins gets about its minimum share, and without slow start an equal one.

import t, { type Test } from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const MIN_SHARE = 10
const CALLS = 550
/** Growth that begins at the end: 0.95 ^ (1 / 0.01) is 0.6 %, so the minimum share holds for 95 % of the window. */
const LATE = { aggression: 0.01, minShare: MIN_SHARE }
const HOLDS_FOR = 0.95

/**
 * The shares of a known endpoint and of a new one. If the machine took longer for the calls than the window lasts, the measurement
 * says nothing, and is made again with a longer one.
 */
async function callBoth(
  t: Test,
  policy: string,
  enabled: boolean,
  windowMs = 2_000,
): Promise<Readonly<Record<string, number>>> {
  const { b1, b2 } = await startEndpoints(t, 'b1', 'b2')
  const lb = { policy, slowStart: { enabled, window: `${windowMs}ms`, ...LATE } }
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1 } } }, lb })
  const client = connectEcho(t, edge.address)
  // Only an endpoint that is older than the window has its whole share.
  const known = performance.now()
  do await callEcho(client, { count: 1 })
  while (performance.now() - known <= windowMs)

  const joined = performance.now()
  await edge.serve({ upstreams: { echo: { endpoints: { b1, b2 } } }, lb })
  const shares = tallyOf(await callEcho(client, { count: CALLS }))
  const took = performance.now() - joined
  return enabled && took >= HOLDS_FOR * windowMs ? callBoth(t, policy, enabled, 2 * windowMs) : shares
}

/** Six standard deviations of draws by weight; turns by weight are more even than that. */
function boundOf(share: number): number {
  return 6 * Math.sqrt(CALLS * share * (1 - share))
}

for (const policy of ['round_robin', 'least_request']) {
  t.test(`T3: a new endpoint of ${policy} gets its minimum share, and without slow start half`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const share = MIN_SHARE / (100 + MIN_SHARE)
    const { b2: few = 0 } = await callBoth(t, policy, true)
    t.ok(few > 0 && Math.abs(few - CALLS * share) <= boundOf(share), `${few} of ${CALLS} with slow start`)
    const { b2: half = 0 } = await callBoth(t, policy, false, 1)
    t.ok(Math.abs(half - CALLS / 2) <= boundOf(0.5), `the twin: ${half} of ${CALLS}`)
  })
}
