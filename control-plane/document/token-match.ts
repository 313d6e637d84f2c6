// What a rule wants of the token of a call.

import { Type } from 'typebox'
import { facts } from '../switches/schema-keywords.ts'

export const TOKEN = Type.Object(
  {
    from: Type.String({
      description: 'the name of an entry of jwt',
      ...facts({ envoy: 'MetadataMatcher.path', example: 'main' }),
    }),
    claims: Type.Unsafe<Readonly<Record<string, string>>>({
      type: 'object',
      minProperties: 1,
      description: 'claims with the value that each must have, or hold in its list, such as { tier: gold }',
      propertyNames: { type: 'string', minLength: 1, description: 'the name of a claim' },
      additionalProperties: Type.String({
        description: 'the whole value of the claim, in quotes',
        ...facts({ envoy: 'MetadataMatcher.value', example: 'gold' }),
      }),
      ...facts({ envoy: 'RouteMatch.dynamic_metadata', example: { tier: 'gold' } }),
    }),
  },
  {
    additionalProperties: false,
    description: 'a checked token such as { from: main, claims: { tier: gold } }',
    ...facts({
      envoy: 'RouteMatch.dynamic_metadata',
      example: { from: 'main', claims: { tier: 'gold' } },
      clients: ['envoy'],
    }),
  },
)
