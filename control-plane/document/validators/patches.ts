// Patches that change what protects calls, and those of endpoints that sources change. Translation finds those that do not apply.

import { matchesGlob } from '../../../core/glob.ts'
import type { Patches } from '../../switches/patches.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config, EnvoyFleet } from '../model.ts'
import { unprotectedPatches } from '../patch-protection.ts'
import type { PlacedProblem } from '../problem.ts'

export function* checkPatches(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  for (const [name, fleet] of Object.entries(config.fleets)) {
    if (fleet.kind !== 'envoy') continue
    yield* unprotectedPatches(config, name, fleet, switches)
    yield* patchesOfSources(config, name, fleet)
  }
}

/** A source may bring endpoints that a patch does not fit, while nobody writes and could see the error. */
function* patchesOfSources(
  { upstreams }: Config,
  fleetName: string,
  { patches = {} }: EnvoyFleet,
): Iterable<PlacedProblem> {
  for (const [name, { enabled, type, resource }] of Object.entries(patches as Patches)) {
    if (!enabled || type !== 'endpoints') continue
    for (const [upstream, { endpointsFrom }] of Object.entries(upstreams)) {
      if (endpointsFrom === undefined || !matchesGlob(resource, upstream)) continue
      yield {
        steps: ['fleets', fleetName, 'patches', name, 'resource'],
        message: `matches ${upstream}, whose endpoints come from a source (endpointsFrom) and change without a revision, so the patch could stop applying while nobody writes: name others`,
      }
    }
  }
}
