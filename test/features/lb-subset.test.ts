// `lb.subset` with real calls: a rule chooses endpoints by their labels, and `fallback` says where other calls go.

import { Metadata, status } from '@grpc/grpc-js'
import t from 'tap'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const CALLS = 60
const SELECTORS = { version: { keys: ['version'] } }
const POLICIES = [
  'round_robin',
  'least_request',
  'random',
  'ring_hash',
  'maglev',
  'client_side_weighted_round_robin',
]
const RULES = {
  v2: { match: { headers: { 'x-version': 'v2' } }, subset: { version: 'v2' }, to: { echo: 1 } },
  v9: { match: { headers: { 'x-version': 'v9' } }, subset: { version: 'v9' }, to: { echo: 1 } },
  rest: { match: {}, to: { echo: 1 } },
}

async function startLabeled(t: Parameters<typeof startEndpoints>[0], more: object = {}) {
  const { b1, b2, b3 } = await startEndpoints(t, 'b1', 'b2', 'b3')
  const of = (version: string) => ({ labels: { version }, ...more })
  return { b1: { ...b1, ...of('v1') }, b2: { ...b2, ...of('v2') }, b3: { ...b3, ...of('v2') } }
}

t.test('T4: a rule calls only the endpoints with its labels, and all of them without subsets', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startLabeled(t) } }
  const lbOf = (enabled: boolean, fallback: string, more: object = {}) => ({
    subset: { enabled, selectors: SELECTORS, fallback, ...more },
  })
  const edge = await startEdge(t, { upstreams, rules: RULES, lb: lbOf(true, 'none') })
  const call = async (version: string) => tallyOf(await callVersion(edge, version))
  const callVersion = (to: Edge, version: string) =>
    callEcho(connectEcho(t, to.address), { count: CALLS, headers: () => ({ 'x-version': version }) })
  const even = { b1: CALLS / 3, b2: CALLS / 3, b3: CALLS / 3 }

  t.same(await call('v2'), { b2: CALLS / 2, b3: CALLS / 2 }, 'only the subset')
  t.same(await call('v9'), { [FAILED]: CALLS }, 'fallback none, labels that no endpoint has')
  t.same(await call('other'), { [FAILED]: CALLS }, 'fallback none, a rule without a subset')
  const metadata = Metadata.fromHttp2Headers({ 'x-version': 'v9' })
  const refused = connectEcho(t, edge.address).unary({ message: '' }, { metadata })
  await t.rejects(refused, { code: status.UNAVAILABLE })

  await edge.serve({ upstreams, rules: RULES, lb: lbOf(true, 'any') })
  t.same(await call('v2'), { b2: CALLS / 2, b3: CALLS / 2 }, 'still the subset')
  t.same(await call('v9'), even, 'fallback any')

  await edge.serve({
    upstreams,
    rules: RULES,
    lb: lbOf(true, 'default', { defaultLabels: { version: 'v1' } }),
  })
  t.same(await call('v9'), { b1: CALLS }, 'fallback default')

  await edge.serve({ upstreams, rules: RULES, lb: lbOf(false, 'none') })
  t.same(await call('v2'), even, 'the twin: off')
})

for (const [name, locality] of [
  ['with localities', { locality: { zone: 'a' } }],
  ['without localities', {}],
] as const) {
  t.test(`T4: every policy picks inside of a subset, ${name}`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const upstreams = { echo: { endpoints: await startLabeled(t, locality) } }
    const subset = { enabled: true, selectors: SELECTORS, fallback: 'none' }
    const edge = await startEdge(t, { upstreams, rules: RULES, lb: { subset } })
    for (const policy of POLICIES) {
      await edge.serve({ upstreams, rules: RULES, lb: { policy, subset } })
      const client = connectEcho(t, edge.address)
      const headers = () => ({ 'x-version': 'v2' })
      const { b2 = 0, b3 = 0 } = tallyOf(await callEcho(client, { count: CALLS, headers }))
      t.equal(b2 + b3, CALLS, policy)
    }
  })
}
