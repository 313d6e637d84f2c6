// One fleet's switch between L4 and L7, and its policy: reading it, and turning it.

import { SwitchyardError } from '../../core/errors.ts'
import { withDefaults } from '../switches/lb-policies.ts'
import type { BalancingFleet, Config, Fleet, FleetLb } from './model.ts'
import { describeUnknown } from './unknown-name.ts'
import { validateConfig, validateFleetLb } from './validate.ts'

/** @throws SwitchyardError `not-found` with the names of the fleets. */
export function fleetOf({ fleets }: Config, name: string): Fleet {
  const fleet = Object.hasOwn(fleets, name) ? fleets[name] : undefined
  if (fleet !== undefined) return fleet
  throw new SwitchyardError('not-found', describeUnknown('fleet', name, fleets))
}

/** @throws SwitchyardError `not-found` for an unknown fleet, and for a fleet of servers, which pick no endpoints */
function balancingFleetOf(config: Config, name: string): BalancingFleet {
  const fleet = fleetOf(config, name)
  if (fleet.kind !== 'grpc-server') return fleet
  throw new SwitchyardError('not-found', `fleet "${name}" has no lb: its gRPC servers pick no endpoints`)
}

/** What is in effect: the mode of gRPC clients and the default of each option that is not written are there too. */
export function fleetLbOf(config: Config, fleet: string): FleetLb {
  return withDefaults({ mode: 'l7', ...balancingFleetOf(config, fleet).lb })
}

/**
 * The configuration with another `lb` for one fleet. Where `wanted` names no policy, the policy and its options stay.
 * @throws SwitchyardError `not-found` for the fleet, `invalid-config` with all problems of `wanted`, or of the whole
 */
export function withFleetLb(config: Config, fleet: string, wanted: unknown): Config {
  const before = balancingFleetOf(config, fleet)
  const { mode: _, ...policyBefore } = before.lb
  const keepsPolicy = isObject(wanted) && !Object.hasOwn(wanted, 'policy')
  const lb = validateFleetLb(keepsPolicy ? { ...policyBefore, ...wanted } : wanted, before.kind)
  return validateConfig({ ...config, fleets: { ...config.fleets, [fleet]: { ...before, lb } } })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
