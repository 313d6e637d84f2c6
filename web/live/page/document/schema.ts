// The JSON Schema of the document as the page reads it: which fields a place has, and what each accepts.

import type { Json } from '../store/state.ts'
import { isObject } from './json-patch.ts'

/** The keywords that fields are made from. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly Json[]
  readonly const?: Json
  readonly default?: Json
  readonly description?: string
  readonly examples?: readonly Json[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly discriminator?: { readonly propertyName: string }
  /** Kinds of fleets that understand it; all if it is missing. */
  readonly 'x-clients'?: readonly string[]
}

/** A choice between variants by the value of one field, such as the policy of `lb`. */
export interface Choice {
  readonly field: string
  /** By that value. */
  readonly variants: ReadonlyMap<string, Schema>
}

export interface Field {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
}

/** The only value that a field accepts. An API document writes it as an `enum` of one value. */
export function constantOf(schema: Schema | undefined): Json | undefined {
  return schema?.const ?? (schema?.enum?.length === 1 ? schema.enum[0] : undefined)
}

/** A switch with an `enabled` of its own is shown by that one control; its other fields come under it. */
export function isSwitch(schema: Schema): boolean {
  return schema.properties?.enabled?.type === 'boolean'
}

/** @param kind of the fleet: variants that its clients do not understand are left out */
export function choiceOf(schema: Schema, kind: string | undefined): Choice | undefined {
  const field = schema.discriminator?.propertyName
  if (field === undefined || schema.oneOf === undefined) return undefined
  const variants = schema.oneOf.flatMap((variant): [string, Schema][] => {
    const value = constantOf(variant.properties?.[field])
    return typeof value === 'string' && understands(variant, kind) ? [[value, variant]] : []
  })
  return { field, variants: new Map(variants) }
}

/**
 * The fields of an object in the order of the schema, with those of the variant that the value has chosen. The field
 * that chooses is not among them.
 */
export function fieldsOf(
  schema: Schema,
  value: Json | undefined,
  kind: string | undefined,
): readonly Field[] {
  const choice = choiceOf(schema, undefined)
  const chosen = choice && isObject(value) ? choice.variants.get(String(value[choice.field])) : undefined
  const required = new Set([...(schema.required ?? []), ...(chosen?.required ?? [])])
  const all = new Map<string, Schema>(Object.entries(schema.properties ?? {}))
  for (const [name, field] of Object.entries(chosen?.properties ?? {})) {
    // A variant repeats the fields of all variants as schemas that accept anything.
    if (Object.keys(field).length > 0) all.set(name, field)
  }
  return [...all].flatMap(([name, field]) =>
    name === choice?.field || !understands(field, kind)
      ? []
      : [{ name, schema: field, isRequired: required.has(name) }],
  )
}

/** The schema of a place: through properties, entries of maps, and the variants that the document has chosen. */
export function schemaAt(
  schema: Schema,
  document: Json | undefined,
  path: readonly string[],
): Schema | undefined {
  const [name, ...rest] = path
  if (name === undefined) return chosenVariant(schema, document)
  const chosen = chosenVariant(schema, document)
  const entries = typeof chosen.additionalProperties === 'object' ? chosen.additionalProperties : undefined
  const next = chosen.properties?.[name] ?? entries
  return next && schemaAt(next, isObject(document) ? document[name] : undefined, rest)
}

/** A fleet is one of several kinds, each with a schema of its own; unlike `lb`, whose variants add to common fields. */
function chosenVariant(schema: Schema, value: Json | undefined): Schema {
  if (schema.properties !== undefined) return schema
  const choice = choiceOf(schema, undefined)
  if (choice === undefined || !isObject(value)) return schema
  return choice.variants.get(String(value[choice.field])) ?? schema
}

function understands(schema: Schema, kind: string | undefined): boolean {
  return kind === undefined || (schema['x-clients']?.includes(kind) ?? true)
}

/** Fields of another variant that the new one does not have, which a change of the variant must remove. */
export function foreignFields(schema: Schema, value: Json | undefined, variant: string): readonly string[] {
  const choice = choiceOf(schema, undefined)
  const known = choice?.variants.get(variant)?.properties
  if (choice === undefined || known === undefined || !isObject(value)) return []
  const common = schema.properties ?? {}
  return Object.keys(value).filter((name) => !Object.hasOwn(known, name) && !Object.hasOwn(common, name))
}
