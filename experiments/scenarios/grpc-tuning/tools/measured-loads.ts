// The measured loads of both tools.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { LOAD_NAMES, LOADS, type LoadName, loadId, TOOLS, type ToolName } from './loads.ts'

export interface MeasuredLoad {
  readonly load: LoadName
  readonly tool: ToolName
  readonly name: string
  readonly rounds: readonly Measured[]
}

/** ghz after ours, for each load. */
export function measuredLoads(results: Pick<Results, 'runs'>): readonly MeasuredLoad[] {
  return LOAD_NAMES.flatMap((load) =>
    TOOLS.flatMap((tool) => {
      const rounds = roundsOf(results, loadId(load, tool))
      return rounds.length === 0 ? [] : [{ load, tool, name: `${LOADS[load].title}, ${tool}`, rounds }]
    }),
  )
}
