// The rules that a fleet serves.

import { leavesOf } from './leaves.ts'
import { type Config, type Fleet, type Rule, routeNamesOf } from './model.ts'

/** Names of the entries of `routes` that its listeners serve, each once. */
export function servedRoutes({ listeners }: Pick<Fleet, 'listeners'>): ReadonlySet<string> {
  return new Set(Object.values(listeners).flatMap(routeNamesOf))
}

/** Each rule that its listeners serve, once, with the steps to it. A listener may name a route that does not exist. */
export function* servedRules(
  { routes }: Pick<Config, 'routes'>,
  fleet: Pick<Fleet, 'listeners'>,
): Iterable<readonly [steps: readonly string[], rule: Rule]> {
  for (const name of servedRoutes(fleet)) {
    for (const [id, rule] of Object.entries(routes[name]?.rules ?? {})) {
      yield [['routes', name, 'rules', id], rule]
    }
  }
}

/** Names of the upstreams with endpoints behind these rules, each once. */
export function servedLeaves(
  config: Pick<Config, 'routes' | 'upstreams'>,
  fleet: Pick<Fleet, 'listeners'>,
): ReadonlySet<string> {
  const names = [...servedRules(config, fleet)].flatMap(([, { to = {} }]) => Object.keys(to))
  return new Set([...new Set(names)].flatMap((name) => leavesOf(config.upstreams, name)))
}
