// `sticky` with real calls: a user stays on one side of a canary, and each side has its share of the users.

import t from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const USERS = 800
const SHARE = 0.2

t.test('T19: calls are split by weight, by the values of a header, and by chance without it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'stable', 'canary')
  const upstreams = Object.fromEntries(
    Object.entries(endpoints).map(([name, only]) => [name, { endpoints: { only } }]),
  )
  const served = (enabled: boolean, canary = 20) => ({
    upstreams,
    rules: {
      all: { match: {}, to: { canary, stable: 100 - canary }, sticky: { enabled, header: 'x-tenant' } },
    },
  })
  const edge = await startEdge(t, served(false))
  const client = () => connectEcho(t, edge.address)
  /** Who answered the call of each tenant. */
  const round = (caller: ReturnType<typeof client>) =>
    callEcho(caller, {
      count: USERS,
      concurrency: 8,
      headers: (index) => ({ 'x-tenant': `tenant ${index}` }),
    })
  // A binomial count, of hashes or of calls: six standard deviations are exceeded once in 10^8.
  const isShare = (answers: readonly string[], share = SHARE) => {
    const { canary = 0 } = tallyOf(answers)
    const bound = 6 * Math.sqrt(USERS * share * (1 - share))
    t.ok(Math.abs(canary - USERS * share) < bound, `${canary} of ${USERS}`)
  }
  const changes = (a: readonly string[], b: readonly string[]) => a.filter((one, index) => one !== b[index])

  const plain = client()
  const [first, second] = [await round(plain), await round(plain)]
  isShare(first)
  isShare(second)
  // By chance, 32 % of the tenants change sides between two calls; a count of 0 would be rarer than once in 10^130.
  t.not(changes(first, second).length, 0, 'the twin: while it is off, tenants change sides')

  await edge.serve(served(true))
  const stuck = client()
  const before = await round(stuck)
  isShare(before)
  t.same(changes(before, await round(client())), [], 'on another connection too')
  const without = await callEcho(stuck, { count: USERS, concurrency: 8 })
  isShare(without)

  await edge.serve(served(true, 40))
  const after = await round(client())
  isShare(after, 0.4)
  const left = changes(before, after).filter((side) => side === 'canary')
  t.same(left, [], 'who had the canary keeps it while it grows')
})
