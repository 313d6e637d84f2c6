// What one document changes compared with another, as deep as they differ.

import { isDeepStrictEqual } from 'node:util'
import { isMap } from '../../core/plain-map.ts'
import { formatSteps } from '../document/problem.ts'

/** The paths at which two documents differ, such as `fleets.edge.lb.mode`. */
export function changedPaths(before: unknown, after: unknown): string[] {
  return [...changedSteps(before, after, [])].map(formatSteps)
}

/** Whether a document has every value that was changed from `before` to `after`. */
export function hasChange(document: unknown, before: unknown, after: unknown): boolean {
  return [...changedSteps(before, after, [])].every((steps) =>
    isDeepStrictEqual(valueAt(document, steps), valueAt(after, steps)),
  )
}

function* changedSteps(
  before: unknown,
  after: unknown,
  steps: readonly string[],
): Iterable<readonly string[]> {
  if (isDeepStrictEqual(before, after)) return
  if (!isMap(before) || !isMap(after)) {
    yield steps
    return
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* changedSteps(before[key], after[key], [...steps, key])
  }
}

function valueAt(document: unknown, steps: readonly string[]): unknown {
  return steps.reduce((value, step) => (isMap(value) ? value[step] : undefined), document)
}
