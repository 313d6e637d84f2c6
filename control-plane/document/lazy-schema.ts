// Compiles each part of a schema when a value first has it: code for all the parts that a document can have took half of the time in
// which a control plane starts, and each document has few of them.

import type { Ajv, AnySchemaObject, KeywordCxt, ValidateFunction } from 'ajv'
import type { DataValidationCxt } from 'ajv/dist/types/index.js'
import { callRef } from 'ajv/dist/vocabularies/core/ref.js'

/** The keyword of a schema that is compiled for its first value. */
const LAZY = 'x-lazy'

type Schema = AnySchemaObject

interface LazyCheck {
  (value: unknown, context?: DataValidationCxt): unknown
  errors?: ValidateFunction['errors']
}

/** Must be called once before `ajv` compiles a schema that `lazySchema` made. */
export function acceptLazySchemas(ajv: Ajv): void {
  const lazyCheck = (schema: Schema): LazyCheck => {
    const check: LazyCheck = (value, context) => {
      // Ajv keeps what it has compiled by the identity of the schema.
      const compiled = ajv.compile(schema)
      const isValid = compiled(value, context)
      check.errors = compiled.errors ?? null
      return isValid
    }
    return check
  }
  // Unlike the errors of a keyword that is a function, those of a reference stay as they are.
  ajv.addKeyword({
    keyword: LAZY,
    code: (cxt: KeywordCxt) => callRef(cxt, cxt.gen.scopeValue('keyword', { ref: lazyCheck(cxt.schema) })),
  })
}

/** A copy of a schema in which each field, entry and item that has parts of its own is lazy. It finds the same errors. */
export function lazySchema(schema: Schema): Schema {
  // The same part stands in several places, and is compiled once.
  const copies = new Map<Schema, Schema>()
  const lazyPart = (part: Schema): Schema => {
    if (!hasParts(part)) return part
    const copy = copies.get(part) ?? { description: part.description, [LAZY]: copyOf(part) }
    copies.set(part, copy)
    return copy
  }
  const copyOf = (part: Schema): Schema => {
    const { properties, patternProperties, additionalProperties, items, oneOf, anyOf } = part
    return {
      ...part,
      ...(properties && { properties: mapValues(properties, lazyPart) }),
      ...(patternProperties && { patternProperties: mapValues(patternProperties, lazyPart) }),
      ...(additionalProperties && { additionalProperties: lazyPart(additionalProperties) }),
      ...(items && { items: lazyPart(items) }),
      // A discriminator reads the branches themselves.
      ...(oneOf && { oneOf: oneOf.map(copyOf) }),
      ...(anyOf && { anyOf: anyOf.map(copyOf) }),
    }
  }
  return copyOf(schema)
}

/** Not so of `true`, which additional properties may be. */
function hasParts(schema: Schema): boolean {
  const { properties, patternProperties, additionalProperties, items, oneOf, anyOf } = schema
  return [properties, patternProperties, additionalProperties, items, oneOf, anyOf].some(
    (parts) => typeof parts === 'object',
  )
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
