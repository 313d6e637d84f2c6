// Switches of one upstream that contradict each other.

import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'

export function* checkUpstreamSwitches(
  { upstreams }: Config,
  switches: Switches = SWITCHES,
): Iterable<PlacedProblem> {
  const checked = switches.upstreams.filter(({ problemsWith }) => problemsWith !== undefined)
  for (const [name, upstream] of Object.entries(upstreams)) {
    const entry: Readonly<Record<string, unknown>> = upstream
    for (const { field, problemsWith } of checked) {
      if (entry[field] === undefined) continue
      for (const { steps, message } of problemsWith?.(entry[field] as never, upstream) ?? []) {
        yield { steps: ['upstreams', name, field, ...steps], message }
      }
    }
  }
}
