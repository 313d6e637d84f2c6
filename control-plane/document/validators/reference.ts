// Checks one reference by name: does its entry exist?

import type { PlacedProblem } from '../problem.ts'
import { describeUnknown } from '../unknown-name.ts'

/** Yields a problem if `map`, whose entries are each a `kind`, has no entry of that name. */
export function* checkReference(
  steps: readonly string[],
  name: string,
  map: Readonly<Record<string, unknown>>,
  kind: string,
): Iterable<PlacedProblem> {
  if (Object.hasOwn(map, name)) return
  yield { steps, message: describeUnknown(kind, name, map) }
}
