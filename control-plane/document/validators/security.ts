// Security: key sets that can be found, without private keys, and filters that a mode would bypass.

import { configuredFilters } from '../../switches/filter-chain.ts'
import { PRIVATE_KEY_PARTS } from '../../switches/jwt-provider.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config, EnvoyFleet } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { checkReference } from './reference.ts'

export function* checkSecurity(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  for (const [name, { jwks }] of Object.entries(config.jwt ?? {})) {
    const steps = ['jwt', name, 'jwks']
    const { upstream, path, inline } = jwks
    for (const [index, key] of (inline?.keys ?? []).entries()) {
      for (const part of PRIVATE_KEY_PARTS.filter((name) => name in key)) {
        const message =
          'is part of a private key: write the public key only, and replace the key, because it is exposed now'
        yield { steps: [...steps, 'inline', 'keys', String(index), part], message }
      }
    }
    if ((inline === undefined) === (upstream === undefined && path === undefined)) {
      yield { steps, message: 'must have one source of keys: write either upstream and path, or inline' }
    } else if (inline === undefined && (upstream === undefined || path === undefined)) {
      yield { steps, message: 'needs both upstream and path' }
    }
    if (upstream !== undefined) {
      yield* checkReference([...steps, 'upstream'], upstream, config.upstreams, 'upstream')
    }
  }
  for (const [name, fleet] of Object.entries(config.fleets)) {
    if (fleet.kind === 'envoy') yield* checkModes(['fleets', name], fleet, switches)
  }
}

/** L4 sees connections and no calls: each of them would get past filters that deny calls. */
function* checkModes(
  steps: readonly string[],
  fleet: EnvoyFleet,
  switches: Switches,
): Iterable<PlacedProblem> {
  const { lb, listeners, security } = fleet
  if (security?.allowUnprotected) return
  const on = configuredFilters(fleet, switches.httpFilters).filter(
    ({ filter, enabled }) => enabled && filter.room === 'security',
  )
  if (on.length === 0) return
  const fields = on.map(({ filter }) => filter.field).join(' and ')
  const message = `is l4, where security.${fields} cannot check calls: use l7, turn them off, or write security.allowUnprotected: true to allow every call`
  const all = Object.entries(listeners)
  if (lb.mode === 'l4' && all.some(([, { mode }]) => mode === undefined)) {
    yield { steps: [...steps, 'lb', 'mode'], message }
  }
  for (const [name, { mode }] of all) {
    if (mode === 'l4') yield { steps: [...steps, 'listeners', name, 'mode'], message }
  }
}
