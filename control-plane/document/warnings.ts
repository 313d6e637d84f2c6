// What is valid in a document and has no effect somewhere, or one that few expect: a person should know it, and may want it so.

import { configuredFilters } from '../switches/filter-chain.ts'
import { isHttpFilterSwitch } from '../switches/http-filters.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { type Config, type EnvoyFleet, routeNamesOf } from './model.ts'
import { warningsOfPatches } from './patch-protection.ts'
import { formatSteps, type PlacedProblem } from './problem.ts'
import { risksOf } from './risks/risks.ts'
import { findUnsupported } from './support.ts'
import { unplacedEnvoys } from './unplaced-envoys.ts'
import { unsetFilterStates } from './unset-filter-states.ts'

/** Nobody reads more. */
const MOST_SHOWN = 100

/** In the order of the fleets. After the first hundred, the last one says how many more there are. */
export function warningsOf(config: Config, switches: Switches = SWITCHES): readonly PlacedProblem[] {
  const found = Object.entries(config.fleets).flatMap(([name, fleet]): PlacedProblem[] => {
    const unsupported = findUnsupported(config, name, fleet, switches).filter(({ isError }) => !isError)
    const warnings = unsupported.map(({ steps, message }) => ({ steps, message }))
    return fleet.kind === 'proxyless'
      ? [...warnings, ...unreachableRules(config, name, Object.values(fleet.listeners).flatMap(routeNamesOf))]
      : [...warnings, ...(fleet.kind === 'envoy' ? warningsOfEnvoys(config, name, fleet, switches) : [])]
  })
  const all = once([...found, ...warningsOfRules(config, switches)])
  if (all.length <= MOST_SHOWN) return all
  const rest = { steps: [], message: `and ${all.length - MOST_SHOWN} more warnings` }
  return [...all.slice(0, MOST_SHOWN), rest]
}

/** Several fleets may serve the same upstream. */
function once(warnings: readonly PlacedProblem[]): readonly PlacedProblem[] {
  return [...new Map(warnings.map((one) => [JSON.stringify([one.steps, one.message]), one])).values()]
}

function warningsOfEnvoys(config: Config, name: string, fleet: EnvoyFleet, switches: Switches) {
  return [
    ...warningsOfFilters(name, fleet, switches),
    ...unsetFilterStates(config, name, fleet, switches),
    ...unplacedEnvoys(config, name, fleet),
    ...warningsOfPatches(config, name, fleet, switches),
    ...risksOf(config, name, fleet),
  ]
}

/** Filters that do not go well together. */
function warningsOfFilters(
  name: string,
  fleet: EnvoyFleet,
  { httpFilters }: Switches,
): readonly PlacedProblem[] {
  const on = configuredFilters(fleet, httpFilters).filter(({ enabled }) => enabled)
  const fields = on.map(({ filter }) => filter.field)
  return on.flatMap(({ filter: { room, field, warningsBeside } }) =>
    [...(warningsBeside?.(fields) ?? [])].map(({ steps, message }) => ({
      steps: ['fleets', name, room, field, ...steps],
      message,
    })),
  )
}

/** What rules say of filters that a fleet has turned on. */
function warningsOfRules(config: Config, switches: Switches): readonly PlacedProblem[] {
  const envoys = Object.values(config.fleets).filter((fleet) => fleet.kind === 'envoy')
  return switches.httpFilters.filter(isHttpFilterSwitch).flatMap(({ room, field, rule: own }) => {
    const warnings = own?.warnings
    if (warnings === undefined) return []
    return [...routesWith(envoys, field, switches)].flatMap((name) =>
      Object.entries(config.routes[name]?.rules ?? {}).flatMap(([id, rule]) => {
        const { filters } = rule as { readonly filters?: Readonly<Record<string, unknown>> }
        if (filters?.[field] === undefined) return []
        return [...warnings(filters[field] as never, rule)].map(({ steps, message }) => ({
          steps: ['routes', name, 'rules', id, room, field, ...steps],
          message,
        }))
      }),
    )
  })
}

/** The routes of the fleets that have a filter on. */
function routesWith(fleets: readonly EnvoyFleet[], field: string, { httpFilters }: Switches) {
  const isOn = (fleet: EnvoyFleet) =>
    configuredFilters(fleet, httpFilters).some(({ filter, enabled }) => enabled && filter.field === field)
  return new Set(
    fleets.filter(isOn).flatMap(({ listeners }) => Object.values(listeners).flatMap(routeNamesOf)),
  )
}

/** A path of gRPC is `/SERVICE/METHOD`, so a longer prefix matches none. */
const GRPC_PATH = /^\/[^/]+\/[^/]+$/
const GRPC_PREFIX = /^\/([^/]+(\/[^/]*)?)?$/

function unreachableRules(
  { routes }: Config,
  fleet: string,
  names: readonly string[],
): readonly PlacedProblem[] {
  return [...new Set(names)].flatMap((name) =>
    Object.entries(routes[name]?.rules ?? {}).flatMap(([rule, { match }]) => {
      const { path, prefix = '/' } = match
      if (path === undefined ? GRPC_PREFIX.test(prefix) : GRPC_PATH.test(path)) return []
      const field = path === undefined ? 'prefix' : 'path'
      return {
        steps: ['routes', name, 'rules', rule, 'match', field],
        message: `matches no call of fleet ${formatSteps([fleet])}: gRPC clients call /SERVICE/METHOD`,
      }
    }),
  )
}
