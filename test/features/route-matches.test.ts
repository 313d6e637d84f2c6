// P5: what a rule matches, with a real Envoy and real calls. Each match has calls that it takes, and calls that go on to the next rule.

import t, { type Test } from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { header, MATCH_CASES, UNARY } from '../support/match-cases.ts'
import { requireTool } from '../support/requirements.ts'

const ALL = { match: {}, to: { rest: 1 } }

/** An entry of routes, whose host is its name. */
function entryFor(name: string, match: object) {
  return [name, { hosts: [name], rules: { only: { match, to: { matched: 1 } }, rest: ALL } }] as const
}

async function startBoth(t: Test, routes: Readonly<Record<string, unknown>>): Promise<Edge> {
  const endpoints = await startEndpoints(t, 'matched', 'rest')
  const upstreams = Object.fromEntries(
    Object.entries(endpoints).map(([name, only]) => [name, { endpoints: { only } }]),
  )
  return startEdge(t, { upstreams, rules: { rest: ALL }, routes })
}

t.test('P5, T18: each way to match takes its calls, and leaves the others to the next rule', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startBoth(
    t,
    Object.fromEntries(MATCH_CASES.map(({ title, match }) => entryFor(title, match))),
  )
  for (const { title, taken = [], left = [] } of MATCH_CASES) {
    await t.test(title, async (t) => {
      const client = connectEcho(t, edge.address, title)
      const calls = [...taken, ...left]
      const answers = await callEcho(client, { count: calls.length, headers: (index) => calls[index] ?? {} })
      t.same(answers, [...taken.map(() => 'matched'), ...left.map(() => 'rest')], JSON.stringify(calls))
    })
  }
})

t.test('P5, T18: a share of the calls is picked by chance', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startBoth(t, Object.fromEntries([entryFor('some', { percent: 12.5 })]))
  const count = 3000
  const answers = await callEcho(connectEcho(t, edge.address, 'some'), { count, concurrency: 8 })
  const { matched = 0 } = tallyOf(answers)
  // A binomial count: 375 expected, standard deviation 18.1; six of them are exceeded once in 10^8.
  t.ok(Math.abs(matched - count / 8) < 6 * Math.sqrt(count * 0.125 * 0.875), `${matched} of ${count}`)
})

t.test('P5, T18: the more specific of two matches takes the call, whatever their names', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const rules = (loose: object, tight: object) => ({
    a: { match: loose, to: { rest: 1 } },
    b: { match: tight, to: { matched: 1 } },
  })
  const pairs: readonly [host: string, rules: object][] = [
    ['present', rules(header({ present: true }), header({ exact: 'blue' }))],
    ['prefix', rules({ prefix: UNARY }, { regex: '/.*' })],
    ['regex', rules({ regex: '/switchyard.*' }, { path: UNARY })],
    // A false alarm once in a million.
    ['share', rules({}, { percent: 99.9999 })],
  ]
  const routes = pairs.map(([host, rules]) => [host, { hosts: [host], rules }])
  const edge = await startBoth(t, Object.fromEntries(routes))
  for (const [host] of pairs) {
    const client = connectEcho(t, edge.address, host)
    t.same(await callEcho(client, { count: 1, headers: () => ({ 'x-a': 'blue' }) }), ['matched'], host)
  }
})
