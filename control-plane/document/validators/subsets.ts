// Rules that choose endpoints by labels: Envoy ignores labels for which an upstream has no selector.

import { SWITCHES, type Switches } from '../../switches/switches.ts'
import { leavesOf } from '../leaves.ts'
import { type Config, lbOf } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'
import { servedRules } from '../served-rules.ts'

/** An upstream whose subsets are off keeps its rules: one field turns them on again. */
export function* checkSubsets(config: Config, _: Switches = SWITCHES): Iterable<PlacedProblem> {
  const { upstreams, fleets } = config
  for (const [fleetName, fleet] of Object.entries(fleets)) {
    if (fleet.kind !== 'envoy') continue
    for (const [steps, { subset, to = {} }] of servedRules(config, fleet)) {
      if (subset === undefined) continue
      const keys = Object.keys(subset).toSorted()
      for (const leaf of Object.keys(to).flatMap((target) => leavesOf(upstreams, target))) {
        const settings = lbOf(fleet, upstreams[leaf] ?? {}).subset
        if (settings?.enabled === false) continue
        const all = Object.values(settings?.selectors ?? {})
        if (all.some((one) => one.keys.toSorted().join(' ') === keys.join(' '))) continue
        yield {
          steps: [...steps, 'subset'],
          message: `has no effect in fleet ${formatSteps([fleetName])}: lb.subset of upstream ${formatSteps([leaf])} has no selector with the keys [${keys.join(', ')}]: add one, or remove the subset`,
        }
      }
    }
  }
}
