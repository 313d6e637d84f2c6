// `filters.adaptiveConcurrency` with calls that a service holds: no more of them come to it at a time than the limit.

import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 10
const LIMIT = 4
const RULES = {
  without: {
    match: { headers: { 'x-rule': 'without' } },
    to: { echo: 1 },
    filters: { adaptiveConcurrency: { enabled: false } },
  },
  rest: { match: {}, to: { echo: 1 } },
}

/** Opens calls, each with a first answer of the service, and lets them go on until `end`. */
async function holdCalls(client: ReturnType<typeof connectEcho>, count: number) {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  async function* requests() {
    yield { message: 'are you there?' }
    await ended
  }
  const held = Array.from({ length: count }, () => client.bidirectional(requests()))
  for (const answers of held) await answers.next()
  return async () => {
    resolve()
    for (const answers of held) for await (const _ of answers);
  }
}

async function statusesOf(client: ReturnType<typeof connectEcho>, headers: Record<string, string> = {}) {
  const statuses: string[] = []
  for (let call = 0; call < CALLS; call++) {
    const ended = client.unary({}, { metadata: Metadata.fromHttp2Headers(headers) }).then(
      () => 'OK',
      ({ code, message }: { readonly code: status; readonly message: string }) =>
        `${status[code]}: ${message}`,
    )
    statuses.push(await ended)
  }
  return tallyOf(statuses)
}

t.test('T17: calls beyond the limit are rejected, and none without adaptive concurrency', async (t: Test) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const served = (enabled: boolean) => ({
    upstreams,
    rules: RULES,
    fleet: {
      filters: {
        // While Envoy still measures the least latency, which these calls do not end, its limit is the least one.
        adaptiveConcurrency: { enabled, minConcurrency: LIMIT, samples: 1_000 },
      },
    },
  })
  const edge: Edge = await startEdge(t, served(false))
  const off = connectEcho(t, edge.address)
  const endTwin = await holdCalls(off, LIMIT)
  t.same(await statusesOf(off), { OK: CALLS }, 'the twin: off')
  await endTwin()

  await edge.serve(served(true))
  const client = connectEcho(t, edge.address)
  const endOne = await holdCalls(client, LIMIT - 1)
  t.same(await statusesOf(client), { OK: CALLS }, 'one place is left')
  const endLast = await holdCalls(client, 1)
  t.same(await statusesOf(client), { 'UNAVAILABLE: reached concurrency limit': CALLS })
  t.same(await statusesOf(client, { 'x-rule': 'without' }), { OK: CALLS }, 'a rule without it')
  await endLast()
  await endOne()
  t.same(await statusesOf(client), { OK: CALLS }, 'the places are free again')
})
