// The JSON Schema of merge patches (RFC 7396) of a document, from the schema of the document.

import type { TSchema } from 'typebox'

interface ObjectSchema {
  readonly type: 'object'
  readonly description?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly propertyNames?: TSchema
  readonly additionalProperties?: boolean | TSchema
  readonly oneOf?: readonly TSchema[]
}

/** Every field is optional and may be null, which removes it. Lists and plain values are replaced whole. */
export function patchSchemaOf(schema: TSchema): TSchema {
  if (!isObjectSchema(schema)) return schema
  const { type, description, propertyNames, additionalProperties, oneOf = [] } = schema
  // A patch may have fields of several kinds, as long as the patched document has not.
  const variants = [schema, ...oneOf]
    .filter(isObjectSchema)
    .flatMap(({ properties = {} }) => Object.entries(properties))
  const fields = Map.groupBy(variants, ([name]) => name)
  const isClosed = [schema, ...oneOf].some((one) => isObjectSchema(one) && one.additionalProperties === false)
  return {
    type,
    ...(description !== undefined && { description }),
    ...(propertyNames && { propertyNames }),
    properties: Object.fromEntries(
      [...fields].map(([name, same]) => [name, orNull(same.map(([, field]) => field))]),
    ),
    ...(typeof additionalProperties === 'object' && { additionalProperties: orNull([additionalProperties]) }),
    ...(isClosed && { additionalProperties: false }),
  }
}

function isObjectSchema(schema: unknown): schema is ObjectSchema {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'object'
}

/** Alternatives that accept everything, as the schema of a kind has for fields of all kinds, say nothing. */
function orNull(schemas: readonly TSchema[]): TSchema {
  const alternatives = schemas.filter((schema) => Object.keys(schema).length > 0).map(patchSchemaOf)
  return { anyOf: [...alternatives, { type: 'null' }] }
}
