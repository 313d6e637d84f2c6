// A document with schema problems, repaired by guesses, so that the checks that need the right shape can run as well.

import { isMap, ownValue } from '../../core/plain-map.ts'
import type { PlacedProblem } from './problem.ts'
import type { SchemaParts } from './schema-parts.ts'

type Steps = readonly string[]

export interface Repaired {
  /** Of the right shape, except that entries keep invalid names, because others refer to them. */
  readonly document: unknown
  /** Places whose value is a guess. */
  readonly guessed: readonly Steps[]
}

/** A repair makes room for mistakes that it could not see: below an unknown choice, for example. */
const MOST_ROUNDS = 5

/**
 * A function that repairs a document: it drops unknown fields, and replaces what is invalid or missing by a guess. Different
 * variants, numbered from 0, guess differently where there is a choice. Undefined if it finds no valid guess.
 */
export function createRepair(schema: object, check: (document: unknown) => readonly PlacedProblem[]) {
  return (document: unknown, problems: readonly PlacedProblem[], variant: number): Repaired | undefined => {
    const repair = new Repair(variant)
    let repaired = document
    let left = problems
    for (let round = 0; round < MOST_ROUNDS && left.length > 0; round++) {
      repaired = repair.value(
        schema,
        repaired,
        left.map(({ steps }) => steps),
      )
      left = check(repaired).filter(({ steps }) => !repair.invalidNames.has(keyOf(steps)))
    }
    return left.length === 0 ? { document: repaired, guessed: repair.guessed } : undefined
  }
}

/** Whether `steps` lead to the place at `outer`, or to a place in it. */
export function isWithin(steps: Steps, outer: Steps): boolean {
  return outer.every((step, index) => steps[index] === step)
}

class Repair {
  readonly guessed: Steps[] = []
  /** Keys of the places of entries with invalid names. */
  readonly invalidNames = new Set<string>()
  readonly #variant: number

  constructor(variant: number) {
    this.#variant = variant
  }

  /** @param wrong places of problems, from the top */
  value(schema: SchemaParts, value: unknown, wrong: readonly Steps[], at: Steps = []): unknown {
    const inside = wrong.filter((steps) => isWithin(steps, at))
    if (inside.length === 0) return value
    const isWrongItself = inside.some(({ length }) => length === at.length)
    const chosen = this.#choose(schema, value)
    if (Array.isArray(value) && schema.items !== undefined && !isWrongItself) {
      const { items } = schema
      return value.map((item, index) => this.value(items, item, inside, [...at, String(index)]))
    }
    if (isMap(value) && isObject(chosen) && !isWrongItself) {
      return this.#fields(chosen, value, inside, at)
    }
    this.guessed.push(at)
    return this.#guess(schema)
  }

  #fields(schema: SchemaParts, value: Readonly<Record<string, unknown>>, wrong: readonly Steps[], at: Steps) {
    const { properties = {}, required = [], additionalProperties, propertyNames } = schema
    const entries = Object.entries(value).flatMap(([name, inner]) => {
      const place = [...at, name]
      const known = ownValue(properties, name)
      if (known !== undefined) return [[name, this.value(known, inner, wrong, place)]]
      if (typeof additionalProperties !== 'object') return []
      const { pattern = '' } = propertyNames ?? {}
      if (new RegExp(pattern).test(name))
        return [[name, this.value(additionalProperties, inner, wrong, place)]]
      this.invalidNames.add(keyOf(place))
      const others = isMap(inner) ? wrong.filter((steps) => keyOf(steps) !== keyOf(place)) : wrong
      return [[name, this.value(additionalProperties, inner, others, place)]]
    })
    const missing = required.filter((name) => !Object.hasOwn(value, name))
    for (const name of missing) this.guessed.push([...at, name])
    return Object.fromEntries([
      ...entries,
      ...missing.map((name) => [name, this.#guess(properties[name] ?? {})]),
    ])
  }

  /** With the fields of the branch that the value's tag picks. Without a known tag, the variant picks one. */
  #choose(schema: SchemaParts, value: unknown): SchemaParts {
    const { oneOf, discriminator, properties, required = [] } = schema
    if (oneOf === undefined || discriminator === undefined) return schema
    const tag = discriminator.propertyName
    const branch = oneOf.find(({ properties }) => isMap(value) && properties?.[tag]?.const === value[tag])
    const picked = branch ?? this.#pick(oneOf) ?? {}
    return {
      ...schema,
      // A branch allows the fields beside it without describing them.
      properties: { ...picked.properties, ...properties },
      required: [...new Set([...required, ...(picked.required ?? [])])],
    }
  }

  #guess(schema: SchemaParts): unknown {
    const { const: only, enum: choices, examples, default: fallback, type, minProperties = 0 } = schema
    if (only !== undefined) return only
    const { additionalProperties: entry } = schema
    if (typeof entry === 'object' && minProperties === 0) return this.#guessMap(entry)
    const picked = choices ? this.#pick(choices) : examples?.[0]
    if (picked !== undefined) return picked
    const { required = [], properties = {}, minimum } = this.#choose(schema, undefined)
    if (type === 'boolean') return this.#variant % 2 === 0
    if (fallback !== undefined) return fallback
    if (type === 'array') return []
    if (type === 'integer' || type === 'number') return minimum ?? 0
    if (type === 'string') return ''
    return Object.fromEntries(required.map((name) => [name, this.#guess(properties[name] ?? {})]))
  }

  /** In every other variant, the map has an entry of every name: nobody knows which ones are missing. */
  #guessMap(entry: SchemaParts): object {
    if (this.#variant % 2 === 0) return {}
    const value = this.#guess(entry)
    return new Proxy(
      {},
      {
        get: (_, name) => (typeof name === 'string' ? value : undefined),
        getOwnPropertyDescriptor: () => ({ value, configurable: true, enumerable: true }),
      },
    )
  }

  #pick<T>(choices: readonly T[]): T | undefined {
    return choices[this.#variant % choices.length]
  }
}

/** A match of a header is a text or an object. */
function isObject({ type }: SchemaParts): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object'))
}

function keyOf(steps: Steps): string {
  return JSON.stringify(steps)
}
