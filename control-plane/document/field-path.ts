// Paths of described fields, in which `*` is any name of a map and `[]` any item of a list.

import type { DescribedField } from './describe-schema.ts'

export const ANY = '*'
export const ITEM = '[]'

/** `routes.*.hosts[]` as `routes`, `*`, `hosts`, `[]`. */
export function stepsOf({ path }: Pick<DescribedField, 'path'>): readonly string[] {
  return path.replaceAll(ITEM, `.${ITEM}`).split('.')
}

/** The inverse: a path that a person can write, with names where they are known. */
export function pathOf(steps: readonly string[]): string {
  return steps.join('.').replaceAll(`.${ITEM}`, ITEM)
}

/** Whether a step of a described field stands for this name in a document. */
export function isStep(step: string | undefined, name: string): boolean {
  return step === ANY || step === name || (step === ITEM && (name === ITEM || /^\d+$/.test(name)))
}

/** Whether the field is at this place, or in it. */
export function isIn(steps: readonly string[], place: readonly string[]): boolean {
  return place.every((name, index) => isStep(steps[index], name))
}

/** The fields at a place: several where a field has another form for another kind of fleet. */
export function fieldsAt(
  all: readonly DescribedField[],
  place: readonly string[],
): readonly DescribedField[] {
  return fieldsOfDepth(all, place, place.length)
}

/** The fields directly in a place. */
export function fieldsDirectlyIn(
  all: readonly DescribedField[],
  place: readonly string[],
): readonly DescribedField[] {
  return fieldsOfDepth(all, place, place.length + 1)
}

function fieldsOfDepth(all: readonly DescribedField[], place: readonly string[], depth: number) {
  return all.filter((field) => {
    const steps = stepsOf(field)
    return steps.length === depth && isIn(steps, place)
  })
}
