// Rules that match by token, or by headers that checks write, and what gRPC clients make of queries and tokens.

import t from 'tap'
import { resourceJson } from '../../../test/support/resource-json.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { translateFleet } from '../../translate/translate.ts'
import { formatSteps } from '../problem.ts'
import { checkConfig, validateConfig } from '../validate.ts'
import { warningsOf } from '../warnings.ts'

const MATCH = 'routes.public.rules.echo.match'

/** Messages by paths. */
function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith({ 'fleets.edge.lb.mode': 'l7', ...changes }))
  const problems = 'problems' in checked ? checked.problems : []
  return Object.fromEntries(problems.map(({ steps, message }) => [formatSteps(steps), message]))
}

const main = {
  issuer: 'https://issuer.test',
  audiences: ['echo'],
  jwks: { upstream: 'unused', path: '/keys' },
  claims: { 'x-user': 'sub' },
  reroute: true,
}
const security = { jwt: { enabled: true, anyOf: ['main'] } }
const token = { from: 'main', claims: { tier: 'gold' } }
const CHECKED = { jwt: { main }, 'fleets.edge.security': security }

t.test('T18: a rule matches by a token that its fleets check, and that is checked in time', async (t) => {
  const document = { ...CHECKED, [MATCH]: { token } }
  t.same(problemsOf(document), {}, 'the accepted twin')
  t.match(problemsOf({ ...document, jwt: { main: { ...main, reroute: false } } }), {
    [`${MATCH}.token`]: /^is compared before the token is checked, .*: write reroute: true in jwt.main$/,
  })
  t.match(problemsOf({ ...document, 'fleets.edge.security': {} }), {
    [`${MATCH}.token.from`]:
      /^is not checked by fleets.edge, so the rule would take no call: add "main" to security.jwt/,
  })
  t.match(problemsOf({ ...document, [MATCH]: { token: { ...token, from: 'mian' } } }), {
    [`${MATCH}.token.from`]: /main/,
  })
  t.match(problemsOf({ ...document, [MATCH]: { token: { ...token, claims: {} } } }), {
    [`${MATCH}.token.claims`]: /./,
  })
})

t.test('T18: S19: no rule matches a header that a check writes only later', async (t) => {
  const matching = (header: string) => ({ ...CHECKED, [MATCH]: { headers: { [header]: 'root' } } })
  t.same(problemsOf(matching('x-tenant')), {}, 'the accepted twin')
  t.same(problemsOf({ [MATCH]: { headers: { 'x-user': 'root' } } }), {}, 'a fleet without checks')
  const message =
    /^is compared before the checks of fleets.edge write it, so a caller could write it: match a claim by token/
  t.match(problemsOf(matching('x-user')), { [`${MATCH}.headers.x-user`]: message })
  const off = { ...matching('x-user'), 'fleets.edge.security': { jwt: { ...security.jwt, enabled: false } } }
  t.match(problemsOf(off), { [`${MATCH}.headers.x-user`]: message }, 'off')
})

t.test('T18: a query is compared in one way', async (t) => {
  t.same(problemsOf({ [MATCH]: { query: { v: { prefix: 'a' } } } }), {}, 'the accepted twin')
  t.match(problemsOf({ [MATCH]: { query: { v: { prefix: 'a', suffix: 'b' } } } }), {
    [`${MATCH}.query.v.suffix`]: /^cannot be combined with prefix: remove one$/,
  })
  t.match(problemsOf({ [MATCH]: { query: { 'a=b': '1' } } }), {
    [`${MATCH}.query["a=b"]`]: /name of a parameter/,
  })
  t.match(problemsOf({ [MATCH]: { query: { v: { range: { from: 1, to: 2 } } } } }), {
    [`${MATCH}.query.v.range`]: /unknown field/,
  })
})

t.test('T18: gRPC clients get no rule that needs a query or a token, and a warning names it', async (t) => {
  const to = { echo: 1 }
  const rules = {
    byQuery: { match: { query: { v: '2' } }, to },
    byToken: { match: { token }, to },
    noQuery: { match: { query: { v: { present: false } } }, to },
    all: { match: { prefix: '/a' }, to },
  }
  const config = validateConfig(
    sampleWith({
      ...CHECKED,
      'fleets.edge.lb.mode': 'l7',
      'routes.public.rules': rules,
      'upstreams.echo': { endpoints: { b1: { address: '127.0.0.1:7101' } } },
      'fleets.clients': {
        kind: 'proxyless',
        lb: { policy: 'round_robin' },
        listeners: { echo: { l7: { routes: 'public' } } },
      },
    }),
  )
  const found = warningsOf(config).map(({ steps, message }) => [formatSteps(steps), message])
  const warnings = Object.fromEntries(found)
  for (const [rule, part] of [
    ['byQuery', 'query'],
    ['byToken', 'token'],
  ]) {
    t.match(
      warnings[`routes.public.rules.${rule}.match.${part}`],
      /takes no call for any client of fleet clients/,
    )
  }
  t.notOk(
    Object.keys(warnings).some((place) => place.includes('noQuery')),
    'their calls have no query',
  )
  const matches = (fleet: string) => {
    const routes = translateFleet(config, fleet).find(({ $typeName }) =>
      $typeName.endsWith('.RouteConfiguration'),
    )
    if (routes === undefined) throw new Error('the fleet has routes')
    const { virtualHosts } = resourceJson(routes) as {
      readonly virtualHosts: readonly {
        readonly routes: readonly { readonly name: string; readonly match: object }[]
      }[]
    }
    return Object.fromEntries(
      virtualHosts.flatMap((host) => host.routes.map(({ name, match }) => [name, match])),
    )
  }
  t.same(matches('clients'), { noQuery: { prefix: '/' }, all: { prefix: '/a' } })
  t.match(
    matches('edge'),
    {
      byQuery: { prefix: '/', queryParameters: [{ name: 'v', stringMatch: { exact: '2' } }] },
      byToken: {
        dynamicMetadata: [
          { filter: 'envoy.filters.http.jwt_authn', path: [{ key: 'main' }, { key: 'tier' }] },
        ],
      },
      noQuery: { queryParameters: [{ name: 'v', presentMatch: false }] },
    },
    'the twin: Envoys get them',
  )
})
