// Headers that the checks of a fleet set for its services: no rule that the fleet serves may change them, since services believe them.

import type { WrittenHeaderChanges } from '../../switches/changed-header.ts'
import { ownedHeadersOf } from '../../switches/filter-chain.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'
import { servedRules } from '../served-rules.ts'

/** Also those of checks that are off: the chain takes them away from callers then, so only a check may bring them back. */
export function* checkOwnedHeaders(
  config: Config,
  { httpFilters }: Switches = SWITCHES,
): Iterable<PlacedProblem> {
  const { fleets, jwt = {} } = config
  for (const [name, fleet] of Object.entries(fleets)) {
    if (fleet.kind !== 'envoy') continue
    const owned = ownedHeadersOf(fleet, jwt, httpFilters)
    if (owned.length === 0) continue
    const where = formatSteps(['fleets', name, 'security'])
    yield* changesOf(owned, where, ['fleets', name, 'requestHeaders'], fleet.requestHeaders)
    for (const [steps, { requestHeaders }] of servedRules(config, fleet)) {
      yield* changesOf(owned, where, [...steps, 'requestHeaders'], requestHeaders)
    }
  }
}

function* changesOf(
  owned: readonly string[],
  where: string,
  steps: readonly string[],
  { set = {}, add = {}, remove = [] }: WrittenHeaderChanges = {},
): Iterable<PlacedProblem> {
  const names = [
    ...Object.keys(set).map((name) => ({ name, at: ['set', name] })),
    ...Object.keys(add).map((name) => ({ name, at: ['add', name] })),
    ...remove.map((name, index) => ({ name, at: ['remove', String(index)] })),
  ]
  for (const { name, at } of names) {
    if (!owned.includes(name)) continue
    const message = `is a header that only the checks of ${where} may write, because services believe it: use another name`
    yield { steps: [...steps, ...at], message }
  }
}
