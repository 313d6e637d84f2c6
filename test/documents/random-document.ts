// Random valid documents over all switches: some places of one document with random values, as far as validation accepts them together.

import fc from 'fast-check'
import type { Config } from '../../control-plane/document/model.ts'
import { isValid, type OwnTurn, turnOf } from '../turns/turn.ts'
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
        const at = own[place.name]?.at ?? place.steps
        const next = fittingOf(config, place, { ...own[place.name], at }, value)
        if (next === undefined) continue
        config = next
        values[place.name] = valueAt(config, at)
      }
      return { config, values }
    })
}

/** The document with the drawn value, else with the example; undefined if neither is valid in it. */
function fittingOf(
  config: Config,
  place: Place,
  { at = place.steps, beside = [], ...own }: Partial<OwnTurn>,
  value: unknown,
): Config | undefined {
  const example = () => turnOf(place, { ...own, at, beside }, config).values[0]
  for (const one of [() => value, example]) {
    const document = [...beside, [at, one()] as const].reduce<object>(
      (all, [steps, inner]) => setAt(all, steps, inner),
      config,
    )
    if (isValid(document)) return document as Config
  }
  return undefined
}
