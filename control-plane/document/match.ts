// What a rule of a route matches.

import { Type } from 'typebox'
import { facts } from '../switches/schema-keywords.ts'

const strict = { additionalProperties: false } as const

export const MatchSchema = Type.Object(
  {
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
    prefix: Type.Optional(
      Type.String({
        pattern: '^/',
        description: 'the start of a path, such as /api/',
        ...facts({ envoy: 'RouteMatch.prefix', example: '/api/' }),
      }),
    ),
    headers: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        description: 'values by the names of their headers, such as { x-canary: "1" }',
        ...facts({ envoy: 'RouteMatch.headers', example: { 'x-canary': '1' } }),
        propertyNames: {
          type: 'string',
          pattern: '^:?[a-z0-9][a-z0-9-]*$',
          description: 'the name of a header in lower case and without underscores, which listeners reject',
        },
        additionalProperties: Type.String({
          description: 'the whole value of the header, in quotes',
          ...facts({ envoy: 'HeaderMatcher.string_match', example: '1' }),
        }),
      }),
    ),
  },
  {
    ...strict,
    description: 'a match such as { service: switchyard.echo.v1.EchoService }, or {} for every call',
    ...facts({ envoy: 'Route.match', example: { service: 'switchyard.echo.v1.EchoService' } }),
  },
)
