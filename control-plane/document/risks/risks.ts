// What is valid, and dangerous in combination: load that multiplies, endpoints that may all be gone, calls that are cut.

import type { Config, EnvoyFleet } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { riskyFleets } from './risky-fleets.ts'
import { riskyRules } from './risky-rules.ts'
import { riskyUpstreams } from './risky-upstreams.ts'

/** In what a fleet of Envoys serves. */
export function risksOf(config: Config, name: string, fleet: EnvoyFleet): readonly PlacedProblem[] {
  return [
    ...riskyFleets(config, name, fleet),
    ...riskyRules(config, name, fleet),
    ...riskyUpstreams(config, name, fleet),
  ]
}
