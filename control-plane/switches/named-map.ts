// Maps keyed by name, so that a merge patch can turn one entry.

import { type Static, type TSchema, Type } from 'typebox'
import { type FieldFacts, facts } from './schema-keywords.ts'

export function NamedMap<T extends TSchema>(
  entry: T,
  description: string,
  {
    minProperties = 0,
    default: fallback,
    ...shown
  }: FieldFacts & { readonly minProperties?: number; readonly default?: object } = {},
) {
  return Type.Unsafe<Record<string, Static<T>>>({
    type: 'object',
    description,
    minProperties,
    propertyNames: {
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
      description: 'a name of up to 100 letters, digits, dots, dashes and underscores',
    },
    additionalProperties: entry,
    ...(fallback !== undefined && { default: fallback }),
    ...facts(shown),
  })
}
