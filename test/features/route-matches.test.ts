// P5: what a rule matches, with a real Envoy and real calls. Each match has calls that it takes, and calls that go on to the next rule.

import t, { type Test } from 'tap'
import { callEcho, connectEcho, type Edge, startEdge, startEndpoints, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

interface Case {
  readonly title: string
  readonly match: object
  /** Headers of calls that match, and of calls that do not. */
  readonly taken?: readonly Readonly<Record<string, string>>[]
  readonly left?: readonly Readonly<Record<string, string>>[]
}

const values = (...texts: string[]) => texts.map((text) => ({ 'x-a': text }))
const header = (comparison: object) => ({ headers: { 'x-a': comparison } })
const NONE = {}

const UNARY = '/switchyard.echo.v1.EchoService/Unary'
const OTHER_CASE = UNARY.toUpperCase()

const CASES: readonly Case[] = [
  {
    title: 'exact',
    match: header({ exact: 'blue' }),
    taken: values('blue'),
    left: [...values('Blue', 'blue1'), NONE],
  },
  {
    title: 'exact-any-case',
    match: header({ exact: 'Blue', ignoreCase: true }),
    taken: values('blue', 'BLUE'),
    left: values('blu'),
  },
  {
    title: 'prefix',
    match: header({ prefix: 'blue-' }),
    taken: values('blue-1'),
    left: [...values('a-blue-1'), NONE],
  },
  {
    title: 'suffix-any-case',
    match: header({ suffix: '.Example', ignoreCase: true }),
    taken: values('a.eXample'),
    left: values('a.example.com'),
  },
  {
    title: 'contains',
    match: header({ contains: 'beta' }),
    taken: values('1-beta-2'),
    left: values('1-BETA-2'),
  },
  {
    title: 'regex',
    match: header({ regex: 'blue|green[0-9]+' }),
    taken: values('blue', 'green12'),
    left: values('bluer', 'agreen1', 'green'),
  },
  {
    title: 'range',
    match: header({ range: { from: -5, to: 20 } }),
    taken: values('-5', '0', '19'),
    left: [...values('20', '-6', '1.5', 'x'), NONE],
  },
  { title: 'present', match: header({ present: true }), taken: values('x'), left: [NONE] },
  { title: 'absent', match: header({ present: false }), taken: [NONE], left: values('x') },
  {
    title: 'different',
    match: header({ exact: 'blue', invert: true }),
    taken: values('red'),
    left: [...values('blue'), NONE],
  },
  {
    title: 'not-in-range',
    match: header({ range: { from: 1, to: 3 }, invert: true }),
    taken: values('3'),
    left: [...values('1'), NONE],
  },
  {
    title: 'two-headers',
    match: { headers: { 'x-a': { prefix: 'b' }, 'x-b': { present: true } } },
    taken: [{ 'x-a': 'blue', 'x-b': '1' }],
    left: [{ 'x-a': 'blue' }, { 'x-b': '1' }],
  },
  { title: 'path', match: { path: UNARY }, taken: [NONE] },
  { title: 'path-right-case', match: { path: OTHER_CASE }, left: [NONE] },
  { title: 'path-any-case', match: { path: OTHER_CASE, ignoreCase: true }, taken: [NONE] },
  { title: 'prefix-any-case', match: { prefix: OTHER_CASE.slice(0, 12), ignoreCase: true }, taken: [NONE] },
  {
    title: 'path-regex',
    match: { regex: '/x|/switchyard\\.echo\\.v1\\.EchoService/(Unary|ServerStream)' },
    taken: [NONE],
  },
  {
    title: 'path-regex-of-a-part',
    match: { regex: '/switchyard\\.echo|/switchyard\\.echo\\.v1\\.EchoService/Una' },
    left: [NONE],
  },
  { title: 'path-regex-any-case', match: { regex: '(?i)/SWITCHYARD.*' }, taken: [NONE] },
  // Of some 140 instructions, where Envoy's own limit is 100.
  {
    title: 'path-regex-large',
    match: {
      regex: `(?:/switchyard\\.echo\\.v1\\.EchoService|/switchyard\\.kv\\.v1\\.KeyValueService|/[a-z]{60})/.*`,
    },
    taken: [NONE],
  },
  { title: 'never', match: { percent: 0 }, left: [NONE] },
  // A false alarm once in a million.
  { title: 'nearly-always', match: { percent: 99.9999 }, taken: [NONE] },
]

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

t.test('P5: each way to match takes its calls, and leaves the others to the next rule', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startBoth(t, Object.fromEntries(CASES.map(({ title, match }) => entryFor(title, match))))
  for (const { title, taken = [], left = [] } of CASES) {
    await t.test(title, async (t) => {
      const client = connectEcho(t, edge.address, title)
      const calls = [...taken, ...left]
      const answers = await callEcho(client, { count: calls.length, headers: (index) => calls[index] ?? {} })
      t.same(answers, [...taken.map(() => 'matched'), ...left.map(() => 'rest')], JSON.stringify(calls))
    })
  }
})

t.test('P5: a share of the calls is picked by chance', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startBoth(t, Object.fromEntries([entryFor('some', { percent: 12.5 })]))
  const count = 3000
  const answers = await callEcho(connectEcho(t, edge.address, 'some'), { count, concurrency: 8 })
  const { matched = 0 } = tallyOf(answers)
  // A binomial count: 375 expected, standard deviation 18.1; six of them are exceeded once in 10^8.
  t.ok(Math.abs(matched - count / 8) < 6 * Math.sqrt(count * 0.125 * 0.875), `${matched} of ${count}`)
})

t.test('P5: the more specific of two matches takes the call, whatever their names', async (t) => {
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
