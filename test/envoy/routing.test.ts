// Route rules with real traffic: matches by service, method and header, weighted splits and timeouts.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { Metadata } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { createClient } from '../../services/rpc/index.ts'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'

/** Upstreams with one backend each, whose id is the upstream's name. */
async function startUpstreams(t: Test, ...names: string[]) {
  const endpoints = await startEndpoints(t, ...names)
  return Object.fromEntries(Object.entries(endpoints).map(([name, only]) => [name, { endpoints: { only } }]))
}

const ECHO = EchoService.typeName

t.test('T18: calls are routed by service, method and header, the more specific rule first', async (t) => {
  const upstreams = await startUpstreams(t, 'rest', 'echo', 'stream', 'canary')
  const rules = {
    a: { match: {}, to: { rest: 1 } },
    b: { match: { service: ECHO }, to: { echo: 1 } },
    c: { match: { service: ECHO, method: 'ServerStream' }, to: { stream: 1 } },
    d: { match: { service: ECHO, method: 'Unary', headers: { 'x-canary': '1' } }, to: { canary: 1 } },
  }
  const edge = await startEdge(t, { upstreams, rules })
  const echo = connectEcho(t, edge.address)
  const store = createClient(KeyValueService, edge.address)
  t.teardown(() => store.close())
  const whoAnswers = async () => {
    const metadata = Metadata.fromHttp2Headers({ 'x-canary': '1' })
    const other = Metadata.fromHttp2Headers({ 'x-canary': '2' })
    const streamedBy = new Set<string>()
    for await (const { backendId } of echo.serverStream({ count: 2 })) streamedBy.add(backendId)
    return {
      service: (await echo.unary({})).backendId,
      method: [...streamedBy].join(),
      header: (await echo.unary({}, { metadata })).backendId,
      otherValue: (await echo.unary({}, { metadata: other })).backendId,
      otherService: (await store.put({ key: 'k' })).backendId,
    }
  }
  t.same(await whoAnswers(), {
    service: 'echo',
    method: 'stream',
    header: 'canary',
    otherValue: 'echo',
    otherService: 'rest',
  })

  await edge.serve({ upstreams, rules: { a: rules.a } })
  t.same(
    new Set(Object.values(await whoAnswers())),
    new Set(['rest']),
    'without rules all calls go to one upstream',
  )
})

t.test('T19: a split of 90 to 10 is exact within chance', async (t) => {
  const upstreams = await startUpstreams(t, 'stable', 'canary')
  const split = (to: object) => ({ upstreams, rules: { split: { match: {}, to } } })
  const edge = await startEdge(t, split({ stable: 90, canary: 10 }))
  const client = connectEcho(t, edge.address)
  const count = 3000
  const canaries = async () => tallyOf(await callEcho(client, { count, concurrency: 8 })).canary ?? 0
  // A binomial count: 300 expected, standard deviation 16.4; six of them are exceeded once in 10^8.
  const bound = 6 * Math.sqrt(count * 0.1 * 0.9)
  const found = await canaries()
  t.ok(Math.abs(found - 300) < bound, `${found} of ${count} went to the canary`)

  await edge.serve(split({ stable: 50, canary: 50 }))
  const even = await canaries()
  t.ok(Math.abs(even - 300) > bound, `the twin of 50 to 50 sends it ${even}`)
})

t.test('T11: a rule with a timeout ends calls, and one without does not', async (t) => {
  const upstreams = await startUpstreams(t, 'echo')
  const rule = { match: {}, to: { echo: 1 } }
  const edge = await startEdge(t, { upstreams, rules: { rule: { ...rule, timeout: '100ms' } } })
  const client = connectEcho(t, edge.address)
  const callSlowly = () => client.unary({ delay: { nanos: 400_000_000 } })
  await t.rejects(callSlowly(), { message: /timeout/ })

  await edge.serve({ upstreams, rules: { rule } })
  t.equal((await callSlowly()).backendId, 'echo')
})
