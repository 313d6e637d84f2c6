// Random values of a field, from its declaration: most of them are valid by the schema, and validation sorts out the others.

import fc from 'fast-check'
import type { SchemaParts } from '../../control-plane/document/schema-parts.ts'
import { parseDuration } from '../../control-plane/switches/duration.ts'
import { FilePath } from '../../control-plane/switches/setting-file.ts'

/** What a schema has beside the parts that the reference reads. */
interface DrawnSchema extends SchemaParts {
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
}

/** Values of fields that depend on the machine, by the end of their path. */
export type OwnValues = Readonly<Record<string, readonly unknown[]>>

export interface Draw {
  /** Names that may be meant where a field is any text. */
  readonly names: readonly string[]
  readonly own: OwnValues
}

const MOST_ENTRIES = 3
/** Longer ones would only be slower. */
const MOST_CHARACTERS = 40

/** @param path of the field, as the reference has it */
export function randomValue(schema: object, path: string, draw: Draw): fc.Arbitrary<unknown> {
  const parts = schema as DrawnSchema
  const own = Object.entries(draw.own).find(([end]) => path.endsWith(end))?.[1]
  if (own !== undefined) return fc.constantFrom(...own)
  if (parts.const !== undefined) return fc.constant(parts.const)
  if (parts.enum !== undefined) return fc.constantFrom(...parts.enum)
  const kinds = [parts.type ?? 'object'].flat().map((type) => ofType(type, parts, path, draw))
  const known = [...(parts.examples ?? []), ...(parts.default === undefined ? [] : [parts.default])]
  // Examples of objects have one shape: their properties are drawn each by itself.
  const isSimple = parts.properties === undefined && known.length > 0
  return isSimple ? fc.oneof(fc.constantFrom(...known), ...kinds) : fc.oneof(...kinds)
}

function ofType(type: string, parts: DrawnSchema, path: string, draw: Draw): fc.Arbitrary<unknown> {
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer' || type === 'number') return numberOf(type, parts)
  if (type === 'string') return textOf(parts, draw)
  if (type === 'array') {
    const { items = {}, minItems = 0, maxItems = MOST_ENTRIES } = parts
    return fc.uniqueArray(randomValue(items, `${path}[]`, draw), {
      minLength: minItems,
      maxLength: Math.max(minItems, Math.min(maxItems, MOST_ENTRIES)),
      comparator: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    })
  }
  return objectOf(parts, path, draw)
}

function numberOf(
  type: 'integer' | 'number',
  { minimum: min = 0, maximum: max = 4_294_967_295 }: DrawnSchema,
): fc.Arbitrary<number> {
  const few = { min, max: Math.min(max, min + 100) }
  const ends = fc.constantFrom(min, max)
  if (type === 'integer') return fc.oneof(fc.integer(few), fc.integer({ min, max }), ends)
  return fc.oneof(fc.double({ ...few, noNaN: true }), fc.double({ min, max, noNaN: true }), ends)
}

/** Fields for the path of a file, whose content the control plane reads. */
const FILE_PATH = (FilePath('', {}) as DrawnSchema).pattern

function textOf(parts: DrawnSchema, { names }: Draw): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = MOST_CHARACTERS, examples } = parts
  if (pattern === FILE_PATH) return fc.constantFrom(...((examples ?? []) as readonly string[]))
  const sizes = { minLength, maxLength: Math.min(maxLength, MOST_CHARACTERS) }
  if (pattern === undefined) {
    return fc.oneof(fc.constantFrom(...names), fc.string(sizes), fc.string({ ...sizes, unit: 'grapheme' }))
  }
  const whole = new RegExp(pattern)
  const fitting = names.filter((name) => whole.test(name))
  const known = fitting.length === 0 ? [] : [fc.constantFrom(...fitting)]
  const isDuration = parseDuration(String(examples?.[0] ?? parts.default)) !== undefined
  const drawn = isDuration
    ? DURATIONS
    : fc.stringMatching(new RegExp(withoutLookarounds(pattern)), { size: '-1' })
  return fc.oneof(
    ...known,
    drawn.filter((text) => whole.test(text)),
  )
}

const DURATIONS = fc
  .tuple(
    fc.oneof(fc.nat(9), fc.nat(1_000), fc.constantFrom(0, 99_999, 999_999)),
    fc.constantFrom('ms', 's', 'm', 'h'),
  )
  .map(([amount, unit]) => `${amount}${unit}`)

/** They only narrow a pattern, and what is drawn is held against all of it. */
export function withoutLookarounds(pattern: string): string {
  const begin = pattern.search(/(?<!\\)\(\?<?[=!]/)
  if (begin === -1) return pattern
  let depth = 0
  let isClass = false
  for (let at = begin; at < pattern.length; at += 1) {
    const character = pattern[at]
    if (character === '\\') at += 1
    else if (character === '[') isClass = true
    else if (character === ']') isClass = false
    else if (!isClass && character === '(') depth += 1
    else if (!isClass && character === ')') {
      depth -= 1
      if (depth === 0) return withoutLookarounds(pattern.slice(0, begin) + pattern.slice(at + 1))
    }
  }
  return pattern
}

function objectOf(parts: DrawnSchema, path: string, draw: Draw): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, oneOf = [], propertyNames } = parts
  const fields = recordOf(properties, required, path, draw)
  if (oneOf.length > 0) {
    const branches = oneOf.map((branch) => randomValue(branch, path, draw) as fc.Arbitrary<object>)
    return fc.tuple(fields, fc.oneof(...branches)).map(([outer, inner]) => ({ ...inner, ...outer }))
  }
  if (typeof additionalProperties !== 'object') return fields
  const exampleNames = Object.keys((parts.examples?.[0] as object | undefined) ?? {})
  const names = textOf({ ...propertyNames }, { ...draw, names: [...draw.names, ...exampleNames] })
  return fc.dictionary(names, randomValue(additionalProperties, `${path}.*`, draw), {
    minKeys: parts.minProperties ?? 0,
    maxKeys: MOST_ENTRIES,
  })
}

function recordOf(
  properties: Readonly<Record<string, SchemaParts>>,
  required: readonly string[],
  path: string,
  draw: Draw,
): fc.Arbitrary<object> {
  // What a branch allows and does not describe is drawn beside it.
  const described = Object.entries(properties).filter(([, one]) => Object.keys(one).length > 0)
  const model = Object.fromEntries(
    described.map(([name, one]) => [name, randomValue(one, `${path}.${name}`, draw)] as const),
  )
  return fc.record(model, { requiredKeys: required.filter((name) => name in model), noNullPrototype: true })
}
