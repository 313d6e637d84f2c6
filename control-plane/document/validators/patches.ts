// Patches that change what protects calls. Translation finds those that do not apply.

import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config } from '../model.ts'
import { unprotectedPatches } from '../patch-protection.ts'
import type { PlacedProblem } from '../problem.ts'

export function* checkPatches(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  for (const [name, fleet] of Object.entries(config.fleets)) {
    if (fleet.kind === 'envoy') yield* unprotectedPatches(config, name, fleet, switches)
  }
}
