// What somebody meant by an unknown field: a known one beside it, or one at another place of the document.

import { editDistance } from '../../core/edit-distance.ts'
import { type DescribedField, describeSchema } from './describe-schema.ts'
import { ANY, ITEM, isStep, pathOf, stepsOf } from './field-path.ts'

interface Place {
  /** The steps of a field that exists. */
  readonly steps: readonly string[]
  /** Its name, as it is compared. */
  readonly key: string
  /** The name of Envoy's field, as it is compared. */
  readonly envoyKey: string
}

/** A name that is at more places means none of them in particular. */
const MOST_PLACES = 3
/** Of a shorter name, another letter makes another word. */
const SHORTEST_MISSPELLED = 6

/**
 * A function that says in a sentence, with a space behind it, where a field of this name belongs. Empty if no place is near.
 * @param around the place where the field is unknown
 */
export function createFieldFinder(schema: object): (around: readonly string[], name: string) => string {
  let places: readonly Place[] | undefined
  return (around, name) => {
    places ??= placesOf(describeSchema(schema))
    const key = keyOf(name)
    const ways: readonly ((place: Place) => boolean)[] = [
      (place) => place.key === key,
      (place) => place.envoyKey === key,
      (place) => key.length >= SHORTEST_MISSPELLED && editDistance(place.key, key) <= 1,
    ]
    for (const way of ways) {
      const best = closestTo(around, places.filter(way))
      if (best.length > 0) return best.length > MOST_PLACES ? '' : sentenceOf(name, around, best)
    }
    return ''
  }
}

/** The known name that differs by a slip of the finger, by its case, or as Envoy's `snake_case` does. */
export function nearestName(known: readonly string[], name: string): string | undefined {
  const [nearest] = known
    .map((one) => ({ one, distance: editDistance(keyOf(one), keyOf(name)) }))
    .filter(({ one, distance }) => distance <= Math.min(2, one.length / 3))
    .toSorted((a, b) => a.distance - b.distance)
  return nearest?.one
}

function placesOf(fields: readonly DescribedField[]): readonly Place[] {
  const byPath = new Map(fields.map((field) => [field.path, field]))
  return [...byPath.values()].flatMap((field) => {
    const steps = stepsOf(field)
    const name = steps.at(-1) ?? ''
    if (name === ANY || name === ITEM) return []
    return [{ steps, key: keyOf(name), envoyKey: keyOf(field.envoyField?.split('.').at(-1) ?? '') }]
  })
}

/** Those that share the longest way from the top. */
function closestTo(around: readonly string[], places: readonly Place[]): readonly Place[] {
  const shared = ({ steps }: Place) => lengthShared(steps, around)
  const longest = Math.max(...places.map(shared))
  return places.filter((place) => shared(place) === longest)
}

function lengthShared(steps: readonly string[], around: readonly string[]): number {
  const end = around.findIndex((name, index) => !isStep(steps[index], name))
  return end === -1 ? around.length : end
}

function sentenceOf(name: string, around: readonly string[], places: readonly Place[]): string {
  const meant = [...new Set(places.map(({ steps }) => steps.at(-1)))].join(' or ')
  const holders = [...new Set(places.map(({ steps }) => holderOf(steps)))].join(' or ')
  const paths = places.map(({ steps }) => {
    const end = lengthShared(steps, around)
    return pathOf([...around.slice(0, end), ...steps.slice(end)])
  })
  const where = paths.join(' or ')
  return meant === name
    ? `${name} is a field of ${holders}: write ${where}. `
    : `Did you mean ${meant}, a field of ${holders}? Write ${where}. `
}

/** What the field is in, in a word: `rules` for `routes.*.rules.*.retry`. */
function holderOf(steps: readonly string[]): string {
  return steps.slice(0, -1).findLast((step) => step !== ANY && step !== ITEM) ?? 'the document'
}

/** Without case, `_` and `-`: people write Envoy's `outlier_detection` too. */
function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '')
}
