// One thing that is wrong in a document, by the steps that lead to its place.

import type { Problem } from '../../core/errors.ts'

/**
 * A `Problem` whose place is not text yet. The steps are needed, because a file needs the line and column of the place, and a
 * path cannot be read back into steps.
 */
export interface PlacedProblem extends Omit<Problem, 'path'> {
  /** Field names and list indices from the top of the document; in a switch's `problems`, from its settings. Empty for the top itself. */
  readonly steps: readonly string[]
}
