// What a run of the scenario has found.

import type { Measured, Results } from '../../../harness/results.ts'

/** Of its last round; undefined if it was not measured. */
export function measuredOf({ runs }: Results, id: string): Measured | undefined {
  return runs.findLast((run) => run.id === id)?.measured
}
