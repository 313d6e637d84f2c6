// One reference by name: does it lead to an entry that is there?

import type { PlacedProblem } from '../problem.ts'
import { describeUnknown } from '../unknown-name.ts'

/** A problem where `map`, which holds entries that are each `kind`, has none of that name. */
export function* checkReference(
  steps: readonly string[],
  name: string,
  map: Readonly<Record<string, unknown>>,
  kind: string,
): Iterable<PlacedProblem> {
  if (Object.hasOwn(map, name)) return
  yield { steps, message: describeUnknown(kind, name, map) }
}
