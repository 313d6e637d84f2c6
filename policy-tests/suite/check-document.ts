// Finds the names in a test file that lead nowhere in the document.

import {
  type Config,
  type EnvoyFleet,
  type Listener,
  routeNamesOf,
} from '../../control-plane/document/model.ts'
import type { PlacedProblem } from '../../control-plane/document/problem.ts'
import { ownValue } from '../../core/plain-map.ts'
import { unknownName } from './check-names.ts'
import { STRANGER } from './fields.ts'
import type { Suite } from './read-suite.ts'

/** Where a call goes: the listener of a fleet. */
export interface Door {
  readonly fleet: string
  readonly listener: string
}

export function* againstDocument(suite: Suite, config: Config): Iterable<PlacedProblem> {
  const upstreams = Object.keys(config.upstreams)
  for (const [index, name] of (suite.settings.keep ?? []).entries()) {
    if (upstreams.includes(name)) continue
    yield unknownName(['keep', String(index)], 'upstream', name, upstreams)
  }
  yield* withoutAuthorizer(suite, config)
  for (const [name, caller] of Object.entries(suite.callers)) yield* ofCaller(name, caller, config)
  for (const [name, call] of Object.entries(suite.calls)) {
    const door = doorOf(config, name, call)
    if ('message' in door) yield door
  }
  for (const { call, caller, expected } of suite.cells) {
    const named = [expected.upstream ?? []].flat()
    for (const [index, name] of named.entries()) {
      if (upstreams.includes(name)) continue
      const steps = ['expect', call, caller, 'upstream']
      const at = typeof expected.upstream === 'string' ? steps : [...steps, String(index)]
      yield unknownName(at, 'upstream', name, upstreams)
    }
  }
}

/** A stand-in knows no policy: it would deny every call, and nobody would see why. */
function* withoutAuthorizer({ settings, calls }: Suite, config: Config): Iterable<PlacedProblem> {
  const { authorizer, keep = [] } = settings
  if (authorizer !== undefined) return
  const doors = Object.entries(calls).map(([name, call]) => doorOf(config, name, call))
  const called = new Set(doors.flatMap((door) => ('message' in door ? [] : [door.fleet])))
  for (const name of called) {
    const { opa } = (config.fleets[name] as EnvoyFleet).security ?? {}
    if (!opa?.enabled || keep.includes(opa.upstream)) continue
    const message = `is needed, because the fleet ${name} asks the upstream ${opa.upstream} about each call (security.opa): write authorizer: { policy: FOLDER } with your policy, or keep: [${opa.upstream}] to ask the one at its own address`
    yield { steps: ['authorizer'], message }
  }
}

function* ofCaller(name: string, caller: Suite['callers'][string], config: Config): Iterable<PlacedProblem> {
  const steps = ['callers', name]
  const issuers = Object.keys(config.jwt ?? {})
  const authorities = Object.entries(config.secrets ?? {}).flatMap(([secret, { ca }]) => (ca ? [secret] : []))
  const { token, tokens = [], certificate } = caller
  const all = [
    ...(token ? [[['token'], token] as const] : []),
    ...tokens.map((one, index) => [['tokens', String(index)], one] as const),
  ]
  for (const [at, { provider, signedBy }] of all) {
    if (!issuers.includes(provider)) {
      yield unknownName([...steps, ...at, 'provider'], 'entry of jwt', provider, issuers)
    }
    if (signedBy !== undefined && signedBy !== STRANGER && !issuers.includes(signedBy)) {
      yield unknownName([...steps, ...at, 'signedBy'], 'signer', signedBy, [...issuers, STRANGER])
    }
  }
  const signer = certificate?.signedBy
  if (signer !== undefined && signer !== STRANGER && !authorities.includes(signer)) {
    yield unknownName([...steps, 'certificate', 'signedBy'], 'authority', signer, [...authorities, STRANGER])
  }
}

/** The listener that a call goes to, or why none can be found. */
export function doorOf(
  { fleets }: Config,
  name: string,
  { fleet: named, listener: wanted }: Suite['calls'][string],
): Door | PlacedProblem {
  const steps = ['calls', name]
  const envoys = Object.entries(fleets).flatMap(([id, { kind }]) => (kind === 'envoy' ? [id] : []))
  const fleetName = named ?? (envoys.length === 1 ? envoys[0] : undefined)
  if (fleetName === undefined) {
    const message = `is needed, because the document has ${envoys.length} fleets of Envoys. Use one of: ${envoys.join(', ')}`
    return { steps: [...steps, 'fleet'], message }
  }
  const fleet = ownValue(fleets, fleetName)
  if (fleet?.kind !== 'envoy') return unknownName([...steps, 'fleet'], 'fleet of Envoys', fleetName, envoys)
  const listeners = Object.keys(fleet.listeners)
  const listener = wanted ?? (listeners.length === 1 ? listeners[0] : undefined)
  if (listener === undefined) {
    const message = `is needed, because the fleet ${fleetName} has ${listeners.length} listeners. Use one of: ${listeners.join(', ')}`
    return { steps: [...steps, 'listener'], message }
  }
  if (!listeners.includes(listener)) {
    return unknownName([...steps, 'listener'], 'listener', listener, listeners)
  }
  return { fleet: fleetName, listener }
}

/** The :authority of calls that name none: one that a route of the listener takes. */
export function authorityOf({ routes }: Config, listener: Listener): string {
  const hosts = routeNamesOf(listener).flatMap((name) => ownValue(routes, name)?.hosts ?? [])
  const [first = '*'] = hosts
  return hosts.includes('*') ? 'yard.test' : first.replace('*', 'any')
}

/** The listener itself. */
export function listenerAt({ fleets }: Config, { fleet, listener }: Door): Listener {
  return (fleets[fleet] as EnvoyFleet).listeners[listener] as Listener
}
