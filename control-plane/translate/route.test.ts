// Routes as route configurations.

import t from 'tap'
import { resourceJson } from '../../test/support/resource-json.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import type { Config, Rule } from '../document/model.ts'
import type { HeaderMatch } from '../switches/header-match.ts'
import { toRouteConfiguration } from './route.ts'

function translate(config: Config) {
  const { edge } = config.fleets
  if (edge?.kind !== 'envoy') throw new Error('the sample has a fleet')
  return resourceJson(toRouteConfiguration(config, edge, 'main', ['public']))
}

/** The routes of a configuration with one rule, without the denials before it. */
function routesOf(rule: Rule, changes: Readonly<Record<string, unknown>> = {}) {
  const { virtualHosts } = translate(sampleWith({ 'routes.public.rules': { only: rule }, ...changes }))
  const [host] = virtualHosts as readonly { readonly routes: readonly object[] }[]
  return host?.routes.filter((route) => !('directResponse' in route))
}

t.test('a route configuration has the name of its listener; rules are ordered and named', async (t) => {
  t.same(translate(sampleWith({ 'routes.public.hosts': ['echo.local', '*.echo.local'] })), {
    name: 'main',
    ignorePortInHostMatching: true,
    virtualHosts: [
      {
        name: 'public',
        domains: ['echo.local', '*.echo.local'],
        routes: [
          {
            name: 'canary',
            match: {
              path: '/switchyard.echo.v1.EchoService/Unary',
              headers: [{ name: 'x-canary', stringMatch: { exact: '1' } }],
            },
            route: {
              weightedClusters: {
                clusters: [
                  { name: 'echo', weight: 90 },
                  { name: 'echo-v2', weight: 10 },
                ],
              },
              timeout: '0s',
              retryPolicy: { retryOn: 'refused-stream', numRetries: 3 },
              hashPolicy: [{ header: { headerName: 'x-tenant' } }],
            },
          },
          {
            name: 'echo',
            match: { prefix: '/switchyard.echo.v1.EchoService/' },
            route: {
              cluster: 'echo',
              timeout: '5s',
              retryPolicy: { retryOn: 'refused-stream', numRetries: 3 },
            },
          },
        ],
      },
    ],
  })
})

const PRESENT = { presentMatch: true }

const HEADERS: readonly [title: string, header: HeaderMatch, matchers: readonly object[]][] = [
  ['a whole value', { exact: '1' }, [{ stringMatch: { exact: '1' } }]],
  ['a start', { prefix: '1' }, [{ stringMatch: { prefix: '1' } }]],
  [
    'an end in any case',
    { suffix: 'x', ignoreCase: true },
    [{ stringMatch: { suffix: 'x', ignoreCase: true } }],
  ],
  ['a part', { contains: '1' }, [{ stringMatch: { contains: '1' } }]],
  ['a regular expression', { regex: 'a|b' }, [{ stringMatch: { safeRegex: { regex: '(?:a|b)' } } }]],
  ['a range', { range: { from: -1, to: 2 } }, [{ rangeMatch: { start: '-1', end: '2' } }]],
  ['any value', { present: true }, [PRESENT]],
  ['no value', { present: false }, [{ ...PRESENT, invertMatch: true }]],
  [
    'another value',
    { exact: '1', invert: true },
    [PRESENT, { stringMatch: { exact: '1' }, invertMatch: true }],
  ],
]

const MATCHES: readonly [title: string, match: Rule['match'], expected: object][] = [
  ['everything', {}, { prefix: '/' }],
  ['a prefix', { prefix: '/api' }, { prefix: '/api' }],
  ['a service', { service: 'a.B' }, { prefix: '/a.B/' }],
  ['a method', { service: 'a.B', method: 'C' }, { path: '/a.B/C' }],
  [
    'headers, in the order of their names',
    { headers: { b: '2', a: '1' } },
    {
      prefix: '/',
      headers: [
        { name: 'a', stringMatch: { exact: '1' } },
        { name: 'b', stringMatch: { exact: '2' } },
      ],
    },
  ],
  ['a path', { path: '/a.B/C' }, { path: '/a.B/C' }],
  ['a path in any case', { prefix: '/api/', ignoreCase: true }, { prefix: '/api/', caseSensitive: false }],
  ['a regular expression', { regex: '/a.*' }, { safeRegex: { regex: '/a.*' } }],
  ['a choice, as one group', { regex: '/a|/b' }, { safeRegex: { regex: '(?:/a|/b)' } }],
  [
    'a share of the calls, in millionths',
    { percent: 1.1 },
    { runtimeFraction: { defaultValue: { numerator: 11_000, denominator: 'MILLION' } } },
  ],
  ...HEADERS.map(([title, header, matchers]): [string, Rule['match'], object] => [
    `a header with ${title}`,
    { headers: { a: header } },
    { headers: matchers.map((matcher) => ({ name: 'a', ...matcher })) },
  ]),
]

for (const [title, match, expected] of MATCHES) {
  t.test(`a match of ${title}`, async (t) => {
    t.match(routesOf({ match, to: { echo: 1 } }), [{ match: expected }])
  })
}

t.test('a split is in the order of its names, and keeps a weight of 0', async (t) => {
  t.match(routesOf({ match: {}, to: { unused: 0, echo: 100 } }), [
    {
      route: {
        weightedClusters: {
          clusters: [
            { name: 'echo', weight: 100 },
            { name: 'unused', weight: 0 },
          ],
        },
      },
    },
  ])
})

const HASHING: readonly [
  title: string,
  to: NonNullable<Rule['to']>,
  fleetLb: object,
  hashPolicy: object | undefined,
][] = [
  ['hashes on nothing where no policy does', { echo: 1 }, { mode: 'l7', policy: 'random' }, undefined],
  [
    "hashes on the fleet's header",
    { echo: 1, unused: 1 },
    { mode: 'l7', policy: 'maglev' },
    [{ header: { headerName: 'x-user' } }],
  ],
  [
    "hashes on the upstream's header, which overrides the fleet's",
    { 'echo-v2': 1 },
    { mode: 'l7', policy: 'maglev' },
    [{ header: { headerName: 'x-tenant' } }],
  ],
]

for (const [title, to, fleetLb, hashPolicy] of HASHING) {
  t.test(`a rule ${title}`, async (t) => {
    const [route] = routesOf({ match: {}, to }, { 'fleets.edge.lb': fleetLb }) ?? []
    t.same((route as { readonly route: { readonly hashPolicy?: object } }).route.hashPolicy, hashPolicy)
  })
}

t.test('S39: introspection services are denied before the first rule that matches every call', async (t) => {
  const namesOf = (rules: object) => {
    const config = sampleWith({ 'routes.public.rules': rules })
    const { edge } = config.fleets
    if (edge?.kind !== 'envoy') throw new Error('the sample has a fleet')
    const [host] = toRouteConfiguration(config, edge, 'main', ['public']).virtualHosts
    return host?.routes.map(({ name }) => name)
  }
  const closed = ['grpc.reflection', 'grpc.channelz', 'envoy'].map((name) => `not from outside: /${name}.`)
  const to = { echo: 1 }
  const named = { match: { service: 'grpc.reflection.v1.ServerReflection' }, to }
  t.same(namesOf({ any: { match: {}, to }, named }), ['named', ...closed, 'any'])
  t.same(namesOf({ under: { match: { prefix: '/grpc.' }, to }, any: { match: {}, to } }), [
    ...closed,
    'under',
    'any',
  ])
  const elsewhere = { match: { prefix: '/a.package.with.a.long.name.and.a.service.in.it/' }, to }
  t.same(namesOf({ any: { match: {}, to }, named, elsewhere }), ['elsewhere', 'named', ...closed, 'any'])
  const regex = { match: { regex: '/shop\\..*' }, to }
  t.same(namesOf({ regex, path: { match: { path: '/grpc.health.v1.Health/Check' }, to } }), [
    'path',
    ...closed,
    'regex',
  ])
  t.same(namesOf({ anyCase: { match: { prefix: '/GRPC.', ignoreCase: true }, to } }), [...closed, 'anyCase'])
  t.same(namesOf({ named }), ['named'], 'where nothing is open, nothing has to be closed')
})
