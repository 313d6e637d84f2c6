// Random valid documents over all switches: some places of one document with random values, as far as validation accepts them together.

import fc from 'fast-check'
import type { Config } from '../../control-plane/document/model.ts'
import type { SchemaParts } from '../../control-plane/document/schema-parts.ts'
import { isValid, type OwnTurn } from '../turns/turn.ts'
import { exampleOf } from './full-example.ts'
import type { Place } from './places.ts'
import { type Draw, randomValue } from './random-value.ts'
import { setAt, valueAt } from './set-at.ts'

export interface Drawn {
  readonly config: Config
  /** The names of places → their values in it. */
  readonly values: Readonly<Record<string, unknown>>
}

const MOST_PLACES = 16

/**
 * A setting that validation rejects beside the ones before it is left out, or is the example of its declaration. So a document
 * is valid by what validation says, and a NACK of it shows a rule that is missing.
 * @param own what a place needs beside it, by its name
 */
export function randomDocument(
  base: Config,
  places: readonly Place[],
  own: Readonly<Record<string, Partial<OwnTurn>>>,
  draw: Draw,
): fc.Arbitrary<Drawn> {
  const settings = places.map((place) =>
    randomValue(place.schema, place.name, draw).map((value) => ({ place, value })),
  )
  return fc
    .uniqueArray(fc.oneof(...settings), {
      minLength: 1,
      maxLength: MOST_PLACES,
      selector: ({ place }) => place.name,
      size: 'max',
    })
    .map((drawn) => {
      let config = base
      const values: Record<string, unknown> = {}
      for (const { place, value } of drawn) {
        const next = fittingOf(config, place, own[place.name] ?? {}, value)
        if (next === undefined) continue
        config = next
        values[place.name] = valueAt(config, own[place.name]?.at ?? place.steps)
      }
      return { config, values }
    })
}

/** @param values by the names of their places, in the order in which they are set */
export function documentOf(
  base: Config,
  places: readonly Place[],
  own: Readonly<Record<string, Partial<OwnTurn>>>,
  values: Drawn['values'],
): object {
  const byName = new Map(places.map((place) => [place.name, place]))
  return Object.entries(values).reduce<object>((document, [name, value]) => {
    const place = byName.get(name)
    return place === undefined ? document : withSetting(document, place, own[name] ?? {}, value)
  }, base)
}

/** The document with the drawn value, else with the example; undefined if neither is valid in it. */
function fittingOf(config: Config, place: Place, own: Partial<OwnTurn>, value: unknown): Config | undefined {
  const example = () => own.on ?? exampleOf(place.schema as SchemaParts)
  for (const one of [() => value, example]) {
    const document = withSetting(config, place, own, one())
    if (isValid(document)) return document as Config
  }
  return undefined
}

function withSetting(
  document: object,
  { steps }: Place,
  { at = steps, beside = [] }: Partial<OwnTurn>,
  value: unknown,
): object {
  return [...beside, [at, value] as const].reduce((all, [place, one]) => setAt(all, place, one), document)
}
