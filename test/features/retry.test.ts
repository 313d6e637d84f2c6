// `retry` with real calls: attempts that a service fails are repeated, as often as the switch says, and otherwise not.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { RpcStatusError } from '../../services/rpc/index.ts'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

/** A service that fails the first two attempts of each call, and the number of attempts that it has seen. */
async function startFailing(t: Test) {
  const attempts = new Map<string, number>()
  const address = await serveEcho(t, {
    unary: async ({ message }) => {
      const attempt = (attempts.get(message) ?? 0) + 1
      attempts.set(message, attempt)
      if (attempt <= 2) throw new RpcStatusError(status.UNAVAILABLE, 'not yet')
      return { message }
    },
  })
  return { address, attempts }
}

const CASES = [
  { title: 'two retries rescue it', retry: { enabled: true, attempts: 2, on: ['unavailable'] }, seen: 3 },
  { title: 'one retry is too few', retry: { enabled: true, attempts: 1, on: ['unavailable'] }, seen: 2 },
  { title: 'another condition', retry: { enabled: true, attempts: 2, on: ['internal'] }, seen: 1 },
  { title: 'the switch off', retry: { enabled: false, attempts: 2, on: ['unavailable'] }, seen: 1 },
  { title: 'the default: only refused streams', retry: undefined, seen: 1 },
] as const

t.test('T9: a call whose first two attempts fail is rescued by two retries only', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, attempts } = await startFailing(t)
  const upstreams = { echo: { endpoints: { b1: { address } } } }
  const edge = await startEdge(t, { upstreams })
  const client = connectEcho(t, edge.address)
  for (const { title, retry, seen } of CASES) {
    await edge.serve({ upstreams, rules: { all: { match: {}, to: { echo: 1 }, ...(retry && { retry }) } } })
    const call = client.unary({ message: title })
    if (seen === 3) t.match(await call, { message: title })
    else await t.rejects(call, { code: status.UNAVAILABLE, message: /not yet/ }, title)
    t.equal(attempts.get(title), seen, `${title}: attempts`)
  }

  const ofFleet = { enabled: true, attempts: 2, on: ['unavailable'] }
  await edge.serve({ upstreams, fleet: { retry: ofFleet } })
  t.match(await client.unary({ message: 'fleet' }), { message: 'fleet' }, 'the retries of the fleet')
  const off = { all: { match: {}, to: { echo: 1 }, retry: { enabled: false } } }
  await edge.serve({ upstreams, fleet: { retry: ofFleet }, rules: off })
  await t.rejects(client.unary({ message: 'rule' }), { code: status.UNAVAILABLE }, 'the rule overrides them')
})
