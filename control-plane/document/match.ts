// What a rule of a route matches: a path, headers, a query, a token, and a share of the calls.

import { Type } from 'typebox'
import { type HeaderMatch, HeaderMatchSchema } from '../switches/header-match.ts'
import { facts } from '../switches/schema-keywords.ts'
import { QUERY } from './query-match.ts'
import { TOKEN } from './token-match.ts'

const strict = { additionalProperties: false } as const

/** Of a call's path, which is `/package.Service/Method`. At most one of `service`, `path`, `prefix` and `regex` is written. */
const PATH = {
  service: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*$',
      description: 'the full name of a gRPC service, such as switchyard.echo.v1.EchoService',
      ...facts({ envoy: 'RouteMatch.prefix', example: 'switchyard.echo.v1.EchoService' }),
    }),
  ),
  method: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z_]\\w*$',
      description: 'the name of a gRPC method, such as Unary',
      ...facts({ envoy: 'RouteMatch.path', example: 'Unary' }),
    }),
  ),
  path: Type.Optional(
    Type.String({
      pattern: '^/[^?#]*$',
      description: 'a whole path without a query, such as /shop.v1.Cart/Add',
      ...facts({ envoy: 'RouteMatch.path', example: '/shop.v1.Cart/Add' }),
    }),
  ),
  prefix: Type.Optional(
    Type.String({
      pattern: '^/',
      description: 'the start of a path, such as /api/',
      ...facts({ envoy: 'RouteMatch.prefix', example: '/api/' }),
    }),
  ),
  regex: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'a regular expression of RE2 for a whole path, such as "/shop\\\\.v1\\\\.Cart/(Add|Remove)"',
      ...facts({ envoy: 'RouteMatch.safe_regex', example: '/shop\\.v1\\.Cart/(Add|Remove)' }),
    }),
  ),
  ignoreCase: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'true or false: whether the case of letters in the path makes no difference',
      ...facts({ envoy: 'RouteMatch.case_sensitive' }),
    }),
  ),
}

export const MatchSchema = Type.Object(
  {
    ...PATH,
    headers: Type.Optional(
      Type.Unsafe<Readonly<Record<string, string | HeaderMatch>>>({
        type: 'object',
        description: 'values or comparisons by the names of their headers, such as { x-canary: "1" }',
        ...facts({ envoy: 'RouteMatch.headers', example: { 'x-canary': '1' } }),
        propertyNames: {
          type: 'string',
          pattern: '^:?[a-z0-9][a-z0-9-]*$',
          description: 'the name of a header in lower case and without underscores, which listeners reject',
        },
        additionalProperties: HeaderMatchSchema,
      }),
    ),
    query: Type.Optional(QUERY),
    token: Type.Optional(TOKEN),
    percent: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        description:
          'the share of the calls that match, picked by chance, from 0 to 100 with up to four decimals; the others go on to the next rule',
        ...facts({ envoy: 'RouteMatch.runtime_fraction', example: 2.5 }),
      }),
    ),
  },
  {
    ...strict,
    description: 'a match such as { service: switchyard.echo.v1.EchoService }, or {} for every call',
    ...facts({ envoy: 'Route.match', example: { service: 'switchyard.echo.v1.EchoService' } }),
  },
)

/** Envoy counts in millionths. */
export const PARTS_PER_PERCENT = 10_000

/** A share in millionths; validation has seen to it that it is a whole number of them. */
export function millionthsOf(percent: number): number {
  return Math.round(percent * PARTS_PER_PERCENT)
}
