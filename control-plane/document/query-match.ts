// What a rule wants of one parameter of the query: its whole value as text, or one way to compare it.

import { Type } from 'typebox'
import { type HeaderMatch, WAYS } from '../switches/header-match.ts'
import { facts } from '../switches/schema-keywords.ts'

/** One of the ways is written, and `ignoreCase` beside it. */
export type QueryMatch = Pick<
  HeaderMatch,
  'exact' | 'prefix' | 'suffix' | 'contains' | 'regex' | 'present' | 'ignoreCase'
>

const { exact, prefix, suffix, contains, regex } = WAYS

const QueryMatchSchema = Type.Unsafe<string | QueryMatch>({
  type: ['string', 'object'],
  description: 'the whole value of the parameter, in quotes, or a comparison such as { prefix: "blue-" }',
  minProperties: 1,
  properties: {
    exact,
    prefix,
    suffix,
    contains,
    regex,
    present: Type.Boolean({
      description: 'true if the query must have the parameter, false if it must not',
      ...facts({ envoy: 'QueryParameterMatcher.present_match' }),
    }),
    ignoreCase: Type.Boolean({
      default: false,
      description: 'true or false: whether the case of letters makes no difference',
      ...facts({ envoy: 'StringMatcher.ignore_case' }),
    }),
  },
  additionalProperties: false,
  ...facts({ envoy: 'QueryParameterMatcher.string_match', example: '2' }),
})

/** Envoy compares what the caller has written, before percent-decoding. */
export const QUERY = Type.Unsafe<Readonly<Record<string, string | QueryMatch>>>({
  type: 'object',
  description: 'values or comparisons by the names of parameters of the query, such as { v: "2" }',
  ...facts({ envoy: 'RouteMatch.query_parameters', example: { v: '2' } }),
  propertyNames: {
    type: 'string',
    pattern: '^[A-Za-z0-9._~-]+$',
    description: 'the name of a parameter, of letters, digits, dots, dashes, underscores and tildes',
  },
  additionalProperties: QueryMatchSchema,
})
