// Which clusters of a route configuration every gRPC client asks for, and which only some do.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  type Route,
  RouteMatchSchema,
  RouteSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import t from 'tap'
import { type RouteInit, to } from '../../test/support/referring-resources.ts'
import { clustersOfEveryHost } from './grpc-routes.ts'

type Match = MessageInitShape<typeof RouteMatchSchema>
type Action = RouteInit['action'] & object

const anyPath: Match = { pathSpecifier: { case: 'prefix', value: '' } }

function routeOf(action: Action | undefined, match: Match = anyPath): Route {
  return create(RouteSchema, { match: create(RouteMatchSchema, match), ...(action && { action }) })
}

function route(name: string, match?: Match): Route {
  return routeOf(to({ case: 'cluster', value: name }, 'mirror').action, match)
}

function weighted(...weights: readonly (number | undefined)[]): Route {
  const clusters = weights.map((weight, index) => ({
    name: `w${index}`,
    ...(weight !== undefined && { weight }),
  }))
  return routeOf(to({ case: 'weightedClusters', value: { clusters } }).action)
}

function hosts(...routes: readonly Route[][]): RouteConfiguration {
  return create(RouteConfigurationSchema, { virtualHosts: routes.map((list) => ({ routes: list })) })
}

const header = routeOf(to({ case: 'clusterHeader', value: 'x' }).action)
const response = routeOf({ case: 'directResponse', value: { status: 200 } })
const CASES: readonly [what: string, routes: RouteConfiguration, expected: readonly string[]][] = [
  ['each cluster of the only virtual host, and no mirror', hosts([route('a'), route('b')]), ['a', 'b']],
  ['the weighted clusters with a weight', hosts([weighted(1, 0, undefined, 3)]), ['w0', 'w3']],
  [
    'the clusters that all virtual hosts name',
    hosts([route('a'), route('b')], [route('b'), route('c')], [weighted(1), route('b')]),
    ['b'],
  ],
  ['none if two virtual hosts share no cluster', hosts([route('a')], [route('b')], [route('a')]), []],
  ['none without virtual hosts', hosts(), []],
  ['none without a forwarding route to a named cluster', hosts([header, response]), []],
]

for (const [what, routes, expected] of CASES) {
  t.test(`X45: every gRPC client asks for ${what}`, async (t) => {
    t.strictSame(clustersOfEveryHost(routes), expected)
  })
}

type Path = Match['pathSpecifier'] & object
const prefix = (value: string): Path => ({ case: 'prefix', value })
const path = (value: string): Path => ({ case: 'path', value })
const regex: Path = { case: 'safeRegex', value: { regex: '/.*' } }
const PATHS: readonly (readonly [path: Path, isUnderstood: boolean])[] = [
  ...['', '/', '/service', '/service/', '/service/meth'].map((text) => [prefix(text), true] as const),
  ...['service', '//', '//m', '/service/method/more'].map((text) => [prefix(text), false] as const),
  [path('/service/method'), true],
  ...['', '/', '/health', '//m', 'service/m', '/a/b/c'].map((text) => [path(text), false] as const),
  [regex, true],
  [{ case: 'connectMatcher', value: {} }, false],
  [{ case: undefined }, false],
]

for (const [pathSpecifier, isUnderstood] of PATHS) {
  const { case: kind, value } = { value: '', ...pathSpecifier } as { case?: string; value: unknown }
  const named = `${kind ?? 'no path'} ${JSON.stringify(typeof value === 'string' ? value : '')}`
  t.test(`X45: gRPC ${isUnderstood ? 'follows' : 'skips'} a route for ${named}`, async (t) => {
    t.strictSame(clustersOfEveryHost(hosts([route('a', { pathSpecifier })])), isUnderstood ? ['a'] : [])
  })
}

t.test('X45: gRPC skips a route with query parameters, or without a match', async (t) => {
  const withQuery = route('a', { ...anyPath, queryParameters: [{ name: 'q' }] })
  t.strictSame(clustersOfEveryHost(hosts([withQuery])), [])
  t.strictSame(clustersOfEveryHost(hosts([create(RouteSchema, to({ case: 'cluster', value: 'a' }))])), [])
})
