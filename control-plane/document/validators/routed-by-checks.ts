// Rules that depend on who calls: by a token that the fleet checks, and never by a header that a check writes only later.

import { ownedHeadersOf } from '../../switches/filter-chain.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config, EnvoyFleet } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'
import { servedRules } from '../served-rules.ts'

/** Envoy looks for the rule of a call before the first filter, while headers are still those of the caller. */
export function* checkRoutedByChecks(
  config: Config,
  { httpFilters }: Switches = SWITCHES,
): Iterable<PlacedProblem> {
  const { fleets, jwt = {} } = config
  for (const [name, fleet] of Object.entries(fleets)) {
    if (fleet.kind !== 'envoy') continue
    const owned = ownedHeadersOf(fleet, jwt, httpFilters)
    const checked = tokensOf(fleet)
    for (const [at, { match }] of servedRules(config, fleet)) {
      const steps = [...at, 'match']
      for (const header of Object.keys(match.headers ?? {}).filter((one) => owned.includes(one))) {
        yield {
          steps: [...steps, 'headers', header],
          message: `is compared before the checks of ${formatSteps(['fleets', name])} write it, so a caller could write it: match a claim by token instead`,
        }
      }
      if (match.token === undefined || checked.includes(match.token.from)) continue
      yield {
        steps: [...steps, 'token', 'from'],
        message: `is not checked by ${formatSteps(['fleets', name])}, so the rule would take no call: add "${match.token.from}" to security.jwt of the fleet, or give it routes of its own`,
      }
    }
  }
}

function tokensOf({ security }: EnvoyFleet): readonly string[] {
  return [...(security?.jwt?.anyOf ?? []), ...(security?.jwt?.allOf ?? [])]
}
