// `match.query` and `match.token` with real calls: the right upstream by what a page asks for, and by who calls.

import type { RouteConfiguration } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import t from 'tap'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { type Served, startEdge } from '../support/edge.ts'
import { UNARY } from '../support/match-cases.ts'
import { requireTool } from '../support/requirements.ts'
import { callWhole, startWitness, type Witness } from '../support/witness.ts'

const CASES: readonly [title: string, query: object, taken: readonly string[], left: readonly string[]][] = [
  ['exact', { v: '2' }, ['?v=2', '?a=1&v=2'], ['', '?v=', '?v=22', '?w=2', '?V=2']],
  ['any-case', { v: { exact: 'Beta', ignoreCase: true } }, ['?v=beta', '?v=BETA'], ['?v=alpha']],
  ['prefix', { v: { prefix: 'b' } }, ['?v=beta'], ['?v=ab']],
  ['suffix', { v: { suffix: 'a' } }, ['?v=beta'], ['?v=ab']],
  ['contains', { v: { contains: 'et' } }, ['?v=beta'], ['?v=bta']],
  ['regex', { v: { regex: '[0-9]+|x' } }, ['?v=12', '?v=x'], ['?v=12a', '?v=']],
  ['present', { v: { present: true } }, ['?v=2', '?v='], ['', '?w=2']],
  ['absent', { v: { present: false } }, ['', '?w=2'], ['?v=2', '?v=']],
  ['two', { v: '2', w: '3' }, ['?w=3&v=2'], ['?v=2', '?w=3']],
]

const at = ({ address }: Witness) => ({ endpoints: { only: { address } } })

t.test('T18: each way to match a query takes its calls, and leaves the others', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const [matched, rest] = [await startWitness(t), await startWitness(t)]
  const all = { match: {}, to: { rest: 1 } }
  const routes = Object.fromEntries(
    CASES.map(([title, query]) => [
      title,
      { hosts: [title], rules: { only: { match: { query }, to: { matched: 1 } }, all } },
    ]),
  )
  const edge = await startEdge(t, { upstreams: { rest: at(rest), matched: at(matched) }, routes })
  for (const [title, , taken, left] of CASES) {
    for (const [queries, upstream] of [
      [taken, matched],
      [left, rest],
    ] as const) {
      for (const query of queries) {
        const before = upstream.seen.length
        // A page: gRPC calls have no query.
        const page = { ':authority': title, 'content-type': 'application/json' }
        await callWhole(edge.address, `/page${query}`, page)
        t.equal(upstream.seen.length, before + 1, `${title} ${query}`)
      }
    }
  }
})

t.test(
  'T18: a claim of a checked token picks the upstream, and a header that a caller writes does not',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const issuer = await TokenIssuer.create('https://issuer.test', 'ES256')
    const [gold, rest] = [await startWitness(t), await startWitness(t)]
    const jwt = {
      main: {
        issuer: issuer.issuer,
        audiences: ['echo'],
        jwks: { inline: issuer.keySet },
        claims: { 'x-tier': 'tier' },
        reroute: true,
      },
    }
    const upstreams = { rest: at(rest), gold: at(gold) }
    const all = { match: {}, to: { rest: 1 } }
    const served = (match: object, more: Partial<Served> = {}) => ({
      upstreams,
      jwt,
      rules: { gold: { match, to: { gold: 1 } }, all },
      fleet: { security: { jwt: { enabled: true, anyOf: ['main'] } } },
      ...more,
    })
    const token = { from: 'main', claims: { tier: 'gold' } }
    const edge = await startEdge(t, served({ token }))
    const sign = (claims: object) =>
      issuer.sign({ subject: 'alice', audience: 'echo', lifetime: 600, claims: { ...claims } })
    const placeOf = async (claims: object, headers: Readonly<Record<string, string>> = {}) => {
      const before = [gold.seen.length, rest.seen.length]
      await callWhole(edge.address, UNARY, { authorization: `Bearer ${await sign(claims)}`, ...headers })
      return { gold: gold.seen.length - (before[0] ?? 0), rest: rest.seen.length - (before[1] ?? 0) }
    }
    const toGold = { gold: 1, rest: 0 }
    const toRest = { gold: 0, rest: 1 }
    t.same(await placeOf({ tier: 'gold' }), toGold)
    t.same(await placeOf({ tier: ['silver', 'gold'] }), toGold, 'one of a list')
    t.same(await placeOf({ tier: 'golden' }), toRest)
    t.same(await placeOf({}), toRest)
    t.same(await placeOf({}, { 'x-tier': 'gold' }), toRest, 'what a caller writes')
    const before = gold.seen.length + rest.seen.length
    await callWhole(edge.address, UNARY, { authorization: 'Bearer nonsense' })
    t.equal(gold.seen.length + rest.seen.length, before, 'a token that is not valid')

    const withoutReroute: Served['edit'] = (resources) => {
      for (const resource of resources) {
        if (!resource.$typeName.endsWith('.RouteConfiguration')) continue
        const { virtualHosts } = resource as RouteConfiguration
        for (const { match } of virtualHosts.flatMap(({ routes }) => routes)) {
          for (const header of match?.headers ?? []) if (header.name === 'x-probe') header.name = 'x-tier'
        }
      }
    }
    const rules = served(
      { headers: { 'x-probe': 'gold' } },
      { edit: withoutReroute, jwt: { main: { ...jwt.main, reroute: false } } },
    )
    await edge.serve(rules)
    t.same(
      await placeOf({}, { 'x-tier': 'gold' }),
      toGold,
      'why matching such a header is an error: the twin takes it from the caller',
    )
  },
)
