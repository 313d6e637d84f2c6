// Rules that choose endpoints by labels: Envoy ignores labels for which an upstream has no selector.

import { SWITCHES, type Switches } from '../../switches/switches.ts'
import { leavesOf } from '../leaves.ts'
import { type Config, lbOf, routeNamesOf } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'

/** An upstream whose subsets are off keeps its rules: one field turns them on again. */
export function* checkSubsets(
  { upstreams, routes, fleets }: Config,
  _: Switches = SWITCHES,
): Iterable<PlacedProblem> {
  for (const [fleetName, fleet] of Object.entries(fleets)) {
    if (fleet.kind !== 'envoy') continue
    for (const name of new Set(Object.values(fleet.listeners).flatMap(routeNamesOf))) {
      for (const [id, { subset, to = {} }] of Object.entries(routes[name]?.rules ?? {})) {
        if (subset === undefined) continue
        const keys = Object.keys(subset).toSorted()
        for (const leaf of Object.keys(to).flatMap((target) => leavesOf(upstreams, target))) {
          const settings = lbOf(fleet, upstreams[leaf] ?? {}).subset
          if (settings?.enabled === false) continue
          const all = Object.values(settings?.selectors ?? {})
          if (all.some((one) => one.keys.toSorted().join(' ') === keys.join(' '))) continue
          yield {
            steps: ['routes', name, 'rules', id, 'subset'],
            message: `has no effect in fleet ${formatSteps([fleetName])}: lb.subset of upstream ${formatSteps([leaf])} has no selector with the keys [${keys.join(', ')}]: add one, or remove the subset`,
          }
        }
      }
    }
  }
}
