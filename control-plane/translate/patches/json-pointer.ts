// JSON pointers (RFC 6901) into a resource: what is there, and what is near where nothing is.

import { isMap, ownValue } from '../../../core/plain-map.ts'
import { nearestName } from '../../document/nearest-field.ts'

/** https://www.rfc-editor.org/rfc/rfc6901#section-4 */
export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function toPointer(steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

const INDEX = /^(0|[1-9]\d*)$/

/** The value at a place; undefined if there is nothing. */
export function valueAt(document: unknown, steps: readonly string[]): unknown {
  return steps.reduce(childOf, document)
}

function childOf(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return INDEX.test(step) ? value[Number(step)] : undefined
  return isMap(value) ? ownValue(value, step) : undefined
}

/** Whether a value can be put at a place: its parent is there, and in a list it is no later than behind the last item. */
export function canHold(document: unknown, steps: readonly string[]): boolean {
  const parent = valueAt(document, steps.slice(0, -1))
  const last = steps.at(-1) ?? ''
  if (!Array.isArray(parent)) return isMap(parent) && steps.length > 0
  return last === '-' || (INDEX.test(last) && Number(last) <= parent.length)
}

/** The same place, with the index that `-` stands for. */
export function withIndex(document: unknown, steps: readonly string[]): readonly string[] {
  const parent = valueAt(document, steps.slice(0, -1))
  return steps.at(-1) === '-' && Array.isArray(parent)
    ? [...steps.slice(0, -1), String(parent.length)]
    : steps
}

/** Nobody reads more of them. */
const MOST_NAMES = 20

/** Where the way to a place ends, and how it goes on from there: for a place that does not exist. */
export function describeNearest(document: unknown, steps: readonly string[]): string {
  let depth = 0
  while (depth < steps.length && valueAt(document, steps.slice(0, depth + 1)) !== undefined) depth += 1
  const before = steps.slice(0, depth)
  const value = valueAt(document, before)
  const at = before.length === 0 ? 'the top' : toPointer(before)
  if (Array.isArray(value)) {
    return `the nearest is ${at}, a list of ${value.length} ${value.length === 1 ? 'item' : 'items'}`
  }
  if (!isMap(value)) return `the nearest is ${at}, which has nothing in it`
  const names = Object.keys(value)
  const similar = nearestName(names, steps[depth] ?? '')
  if (similar !== undefined) return `did you mean ${toPointer([...before, similar])}?`
  const shown = names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ', …' : '')
  return `the nearest is ${at}, which has ${shown || 'no fields'}`
}
