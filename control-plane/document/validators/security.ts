// Security: key sets that can be found, without private keys, and filters that a mode would bypass.

import { hostIn, isLoopback } from '../../../core/loopback.ts'
import { ownValue } from '../../../core/plain-map.ts'
import type { HttpFilterSwitch } from '../../switches/attach-points.ts'
import { configuredFilters } from '../../switches/filter-chain.ts'
import { problemsOfKey } from '../../switches/json-web-key.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config, EnvoyFleet } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'
import { checkReference } from './reference.ts'

export function* checkSecurity(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  for (const [name, { jwks }] of Object.entries(config.jwt ?? {})) {
    const steps = ['jwt', name, 'jwks']
    const { upstream, path, inline } = jwks
    for (const [index, key] of (inline?.keys ?? []).entries()) {
      for (const { steps: inner, message } of problemsOfKey(key)) {
        yield { steps: [...steps, 'inline', 'keys', String(index), ...inner], message }
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
    if (fleet.kind === 'envoy') {
      yield* checkModes(['fleets', name], fleet, switches)
      yield* checkNeedsL7(['fleets', name], fleet, switches)
      yield* checkAuthorizer(['fleets', name], fleet, config.upstreams)
    }
  }
}

/** L4 sees connections and no calls: each of them would get past filters that deny calls. */
function* checkModes(
  steps: readonly string[],
  fleet: EnvoyFleet,
  switches: Switches,
): Iterable<PlacedProblem> {
  if (fleet.security?.allowUnprotected) return
  const fields = filtersOn(fleet, switches, ({ room }) => room === 'security')
  if (fields.length === 0) return
  const message = `is l4, where ${fields.join(' and ')} cannot check calls: use l7, turn them off, or write security.allowUnprotected: true to allow every call`
  for (const place of placesOfL4(fleet)) yield { steps: [...steps, ...place], message }
}

/** A program that answers instead of the authorizer could allow every call. */
function* checkAuthorizer(
  steps: readonly string[],
  { security }: EnvoyFleet,
  upstreams: Config['upstreams'],
): Iterable<PlacedProblem> {
  const { enabled, upstream: name = '', allowPlaintext } = security?.opa ?? {}
  const upstream = ownValue(upstreams, name)
  if (!enabled || allowPlaintext || upstream === undefined || upstream.tls?.enabled) return
  const addresses = Object.values(upstream.endpoints ?? {}).map(({ address }) => address)
  const isHere = (address: string) => address.startsWith('unix:') || isLoopback(hostIn(address) ?? '')
  if (upstream.endpoints !== undefined && addresses.every(isHere)) return
  const message = `"${name}" is on another host without tls, where its answers can be forged: write upstreams.${name}.tls with a certificate, ca and sans, use a Unix socket, or write security.opa.allowPlaintext: true`
  yield { steps: [...steps, 'security', 'opa', 'upstream'], message }
}

/** A caller that depends on a filter fails in l4, where no filter sees its calls. */
function* checkNeedsL7(
  steps: readonly string[],
  fleet: EnvoyFleet,
  switches: Switches,
): Iterable<PlacedProblem> {
  const fields = filtersOn(fleet, switches, ({ needsL7 }) => needsL7 === true)
  if (fields.length === 0) return
  const message = `is l4, where Envoy passes bytes on and ${fields.join(' and ')} cannot work: callers that need them would fail. Use l7, or turn them off`
  for (const place of placesOfL4(fleet)) yield { steps: [...steps, ...place], message }
}

/** Such as `security.jwt`, or `security.jwt and rbac`. */
function filtersOn(
  fleet: EnvoyFleet,
  { httpFilters }: Switches,
  isMeant: (filter: HttpFilterSwitch) => boolean,
): readonly string[] {
  return configuredFilters(fleet, httpFilters)
    .filter(({ filter, enabled }) => enabled && isMeant(filter))
    .map(({ filter: { room, field } }, index) => (index === 0 ? `${room}.${field}` : field))
}

/** Where the document says that listeners are in mode l4. */
function placesOfL4({ lb, listeners }: EnvoyFleet): readonly (readonly string[])[] {
  const all = Object.entries(listeners)
  const ofFleet = lb.mode === 'l4' && all.some(([, { mode }]) => mode === undefined)
  return [
    ...(ofFleet ? [['lb', 'mode']] : []),
    ...all.flatMap(([name, { mode }]) => (mode === 'l4' ? [['listeners', name, 'mode']] : [])),
  ]
}
