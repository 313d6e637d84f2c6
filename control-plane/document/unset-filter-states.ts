// Hashes on a value that no filter of the fleet sets: its calls would go to random endpoints.

import { ownValue } from '../../core/plain-map.ts'
import { hashesOf } from '../switches/hash-on.ts'
import { hashOnOf } from '../switches/lb-policies.ts'
import type { Switches } from '../switches/switches.ts'
import { type Config, type EnvoyFleet, lbOf } from './model.ts'
import { formatSteps, type PlacedProblem } from './problem.ts'
import { servedLeaves } from './served-rules.ts'

/** Of the upstreams behind the rules that a fleet serves. */
export function unsetFilterStates(
  config: Config,
  name: string,
  fleet: EnvoyFleet,
  switches: Switches,
): readonly PlacedProblem[] {
  const { filters } = fleet as {
    readonly filters?: { readonly filterState?: { readonly enabled: boolean; readonly values: object } }
  }
  const known = filters?.filterState?.enabled ? Object.keys(filters.filterState.values) : []
  return placedHashes(config, name, fleet, switches).flatMap(([steps, key]) =>
    known.includes(key)
      ? []
      : [
          {
            steps,
            message: `hashes on the value ${key}, which ${formatSteps(['fleets', name, 'filters', 'filterState'])} does not set: calls go to any endpoint`,
          },
        ],
  )
}

/** The values that upstreams hash on, each with the place of its `hashOn`, once. */
function placedHashes(config: Config, name: string, fleet: EnvoyFleet, switches: Switches) {
  const found = new Map<string, readonly [steps: readonly string[], key: string]>()
  const { upstreams } = config
  for (const leaf of servedLeaves(config, fleet)) {
    const upstream = ownValue(upstreams, leaf)
    if (upstream === undefined) continue
    const hashOn = hashOnOf(lbOf(fleet, upstream), switches)
    if (hashOn === undefined) continue
    const steps = [...(upstream.lb ? ['upstreams', leaf] : ['fleets', name]), 'lb', 'hashOn']
    for (const { filterState } of hashesOf(hashOn)) {
      if (filterState !== undefined) found.set(JSON.stringify([steps, filterState]), [steps, filterState])
    }
  }
  return [...found.values()]
}
