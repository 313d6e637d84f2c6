// Checks values against a schema, and makes a sentence for each problem from the schema's own descriptions.

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import { ownValue } from '../../core/plain-map.ts'
import { CLIENTS, ENVOY_FIELD, SOME_GRPC_CLIENTS, UNAVAILABLE, WEAKER } from '../switches/schema-keywords.ts'
import { acceptLazySchemas, lazySchema } from './lazy-schema.ts'
import { createFieldFinder, nearestName } from './nearest-field.ts'
import { type PlacedProblem, shorten, takeProblems } from './problem.ts'

// A discriminator narrows what is reported to the branch that was meant; `verbose` brings the schema behind each error.
const ajv = new Ajv({
  allErrors: true,
  discriminator: true,
  verbose: true,
  strict: true,
  // A reference may be one name or a list of names.
  allowUnionTypes: true,
  strictRequired: false,
  // Ajv takes longer to shorten its code than V8 takes to read it.
  code: { optimize: false },
})
acceptLazySchemas(ajv)

/** A keyword of ours: names of fields, or values of a discriminator, that belong to the document but come in a later version. */
export const LATER = 'x-later'
ajv.addVocabulary([LATER, UNAVAILABLE, ENVOY_FIELD, CLIENTS, SOME_GRPC_CLIENTS, WEAKER])

const NOT_YET = 'is not supported in this version: remove it'

/** What of a schema the sentences are made of. */
interface Described {
  readonly description?: string
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Described>>
  readonly oneOf?: readonly Described[]
  readonly discriminator?: { readonly propertyName: string }
  readonly [LATER]?: readonly unknown[]
  readonly [UNAVAILABLE]?: Readonly<Record<string, string>>
}

/** For each branch of a discriminator, the schema that has all of them. */
type ChoiceOf = ReadonlyMap<Described, Described>

/** What the sentence about an unknown field is made of. */
interface Known {
  readonly choiceOf: ChoiceOf
  readonly findField: ReturnType<typeof createFieldFinder>
}

/** Finds all problems of a value, but stops after a hundred. */
export type SchemaCheck = (value: unknown) => PlacedProblem[]

/**
 * A function that lists all that is wrong with a value; nothing where the value fits the schema. The schema is compiled for the first
 * value: most verbs of `yard` check none.
 */
export function createSchemaCheck(schema: TSchema): SchemaCheck {
  let compiled: { readonly validate: ValidateFunction; readonly known: Known } | undefined
  const compile = () => {
    const lazy = lazySchema(schema)
    return {
      validate: ajv.compile(lazy),
      known: { choiceOf: new Map(branchesIn(lazy)), findField: createFieldFinder(schema) },
    }
  }
  return (value) => {
    compiled ??= compile()
    const { validate, known } = compiled
    if (validate(value)) return []
    return takeProblems(onePerPlace(validate.errors ?? [], known))
  }
}

function branchesIn(schema: unknown): (readonly [Described, Described])[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { discriminator, oneOf = [] } = schema as Described
  const own = discriminator === undefined ? [] : oneOf.map((branch) => [branch, schema as Described] as const)
  return [...own, ...Object.values(schema).flatMap(branchesIn)]
}

/** One sentence a place is enough: it says all that is expected there. */
function* onePerPlace(errors: readonly ErrorObject[], known: Known): Iterable<PlacedProblem> {
  const places = new Set<string>()
  for (const error of errors) {
    const problem = toPlacedProblem(error, known)
    const place = problem?.steps.join('/')
    if (problem === undefined || place === undefined || places.has(place)) continue
    places.add(place)
    yield problem
  }
}

function toPlacedProblem(error: ErrorObject, known: Known): PlacedProblem | undefined {
  const steps = error.instancePath.split('/').slice(1).map(unescapePointer)
  const { params, data } = error
  const schema = (error.parentSchema ?? {}) as Described
  if (error.propertyName !== undefined) {
    return { steps: [...steps, error.propertyName], message: `is not ${schema.description}` }
  }
  switch (error.keyword) {
    case 'propertyNames':
      return undefined // The error of the name itself has said it.
    case 'required':
      return {
        steps: [...steps, params.missingProperty],
        message: `is missing: write ${schema.properties?.[params.missingProperty]?.description}`,
      }
    case 'additionalProperties':
      return {
        steps: [...steps, params.additionalProperty],
        message: describeAdditional(schema, steps, params.additionalProperty, known),
      }
    case 'discriminator':
      return { steps: [...steps, params.tag], message: discriminate(schema, params.tag, params.tagValue) }
    default:
      return { steps, message: `must be ${schema.description}, not ${show(data)}` }
  }
}

function describeAdditional(
  schema: Described,
  around: readonly string[],
  name: string,
  known: Known,
): string {
  if (isLater(schema, name)) return NOT_YET
  const { [UNAVAILABLE]: unavailable = {} } = schema
  return ownValue(unavailable, name) ?? `${whyUnknown(schema, around, name, known)}${listKnown(schema)}`
}

function isLater(schema: Described, name: unknown): boolean {
  return schema[LATER]?.includes(name) ?? false
}

function discriminate(schema: Described, tag: string, value: unknown): string {
  if (isLater(schema, value)) return `${show(value)} ${NOT_YET}`
  const { [UNAVAILABLE]: unavailable = {} } = schema
  const reason = typeof value === 'string' ? ownValue(unavailable, value) : undefined
  if (reason !== undefined) return `${show(value)} ${reason}`
  const names = (schema.oneOf ?? []).map(({ properties }) => properties?.[tag]?.const).join(', ')
  return value === undefined
    ? `is missing: write one of ${names}`
    : `unknown ${tag} ${show(value)}. Use one of: ${names}`
}

/** A field of another branch is right for another choice; any other is a mistake. */
function whyUnknown(
  schema: Described,
  around: readonly string[],
  name: string,
  { choiceOf, findField }: Known,
): string {
  const { discriminator, oneOf = [] } = choiceOf.get(schema) ?? {}
  const tag = discriminator?.propertyName ?? ''
  const choices = oneOf
    .filter(({ properties = {} }) => Object.hasOwn(properties, name))
    .map(({ properties }) => properties?.[tag]?.const)
  if (choices.length > 0) return `is allowed only with ${tag}: ${choices.join(' or ')}. `
  const nearest = nearestName(Object.keys(schema.properties ?? {}), name)
  const suggestion = nearest === undefined ? '' : `Did you mean ${nearest}? `
  // A near name here is more likely than a near name elsewhere.
  return `unknown field. ${suggestion}${suggestion === '' ? findField(around, name) : ''}`
}

function listKnown({ properties = {} }: Described): string {
  const known = Object.keys(properties)
  return known.length === 0 ? 'No fields are allowed here' : `Use one of: ${known.join(', ')}`
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : shorten(JSON.stringify(value))
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
