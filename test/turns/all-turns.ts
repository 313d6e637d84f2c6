// The turns of all switches, and which of them can be on together.

import { isDeepStrictEqual } from 'node:util'
import { exampleOf } from '../documents/full-example.ts'
import { type Place, placesOf } from '../documents/places.ts'
import { valueAt } from '../documents/set-at.ts'
import { ownTurns, type TurnParts } from './own-turns.ts'
import { isValid, type OwnTurn, type Turn, turnOf } from './turn.ts'

/** A turn for each place of each switch. @param base a document in which all are off */
export function allTurns(base: object, parts: TurnParts): readonly Turn[] {
  const own = ownTurns(parts)
  const places = placesOf()
  return places.map((place) => {
    const given: Partial<OwnTurn> = own[place.name] ?? {}
    const beside = [...besideOf(place, places, own), ...(given.beside ?? [])]
    return turnOf(place, { ...given, beside }, base)
  })
}

/** What a place needs by its kind: options of `lb` a policy, and settings of a rule a fleet that has turned their filter on. */
function besideOf(
  { name, steps }: Place,
  places: readonly Place[],
  own: Readonly<Record<string, OwnTurn>>,
): NonNullable<OwnTurn['beside']> {
  if (name.startsWith('upstreams.*.lb.')) return [[steps.slice(0, -1), { policy: 'round_robin' }]]
  const filter = /^routes\.\*\.rules\.\*\.filters\.(.*)/.exec(name)?.[1]
  const ofFleet = places.find((one) => one.name === `fleets.*.filters.${filter}`)
  return ofFleet === undefined ? [] : [[ofFleet.steps, own[ofFleet.name]?.on ?? exampleOf(ofFleet.schema)]]
}

/** Groups whose documents are valid with all of a group, in the order of the turns. Those that are NACKed are alone. */
export function groupsOf(turns: readonly Turn[], base: object, most: number): readonly (readonly Turn[])[] {
  const groups: Turn[][] = []
  for (const turn of turns) {
    const fits = (group: readonly Turn[]) =>
      group.length < most && [0, 1].every((step) => areTogether([...group, turn], step, base))
    const group =
      turn.outcome === 'synced' ? groups.find((one) => one[0]?.outcome === 'synced' && fits(one)) : undefined
    if (group === undefined) groups.push([turn])
    else group.push(turn)
  }
  return groups
}

export function documentOf(turns: readonly Turn[], step: number, base: object): object {
  return turns.reduce((document, { steps }) => steps[step]?.(document) ?? document, base)
}

/** Whether the document is valid, and none of them has replaced what another one wrote. */
function areTogether(turns: readonly Turn[], step: number, base: object): boolean {
  const document = documentOf(turns, step, base)
  const isThere = ({ at, values }: Turn) => isDeepStrictEqual(valueAt(document, at), values[step])
  return turns.every(isThere) && isValid(document)
}
