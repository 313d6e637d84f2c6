// What is valid in a document and has no effect somewhere: a person should know it, and may want it so.

import { SWITCHES, type Switches } from '../switches/switches.ts'
import { type Config, routeNamesOf } from './model.ts'
import { formatSteps, type PlacedProblem } from './problem.ts'
import { findUnsupported } from './support.ts'

/** Nobody reads more. */
const MOST_SHOWN = 100

/** In the order of the fleets. After the first hundred, the last one says how many more there are. */
export function warningsOf(config: Config, switches: Switches = SWITCHES): readonly PlacedProblem[] {
  const found = Object.entries(config.fleets).flatMap(([name, fleet]): PlacedProblem[] => {
    const unsupported = findUnsupported(config, name, fleet, switches).filter(({ isError }) => !isError)
    const warnings = unsupported.map(({ steps, message }) => ({ steps, message }))
    return fleet.kind === 'proxyless'
      ? [...warnings, ...unreachableRules(config, name, Object.values(fleet.listeners).flatMap(routeNamesOf))]
      : warnings
  })
  if (found.length <= MOST_SHOWN) return found
  const rest = { steps: [], message: `and ${found.length - MOST_SHOWN} more warnings` }
  return [...found.slice(0, MOST_SHOWN), rest]
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
