// Services that tell what is behind a listener stay closed to its callers, unless a rule names them.

import type { Match, Rule } from '../document/model.ts'
import type { RouteParts } from '../switches/attach-points.ts'
import { toRouteMatch } from './route-match.ts'
import { pathMatchOf } from './rule-order.ts'

/** Reflection, channelz, and Envoy's own, such as client status discovery. */
const INTROSPECTION = ['/grpc.reflection.', '/grpc.channelz.', '/envoy.']

/** Routes for calls of these services. Those that a rule would take though it does not name them come before the first such rule. */
export const DENIALS: readonly RouteParts[] = INTROSPECTION.map((prefix) =>
  toDenial(prefix, { pathSpecifier: { case: 'prefix', value: prefix } }),
)

/** Whether calls of these services would go by this rule, though it does not name them. What a regular expression names is unknown. */
export function isOpen(match: Match): boolean {
  const { kind, text } = pathMatchOf(match)
  if (kind !== 'prefix') return kind === 'regex'
  const path = match.ignoreCase ? text.toLowerCase() : text
  const overlaps = INTROSPECTION.some((prefix) => prefix.startsWith(path) || path.startsWith(prefix))
  return match.service === undefined && overlaps
}

/** Routes for calls that a rule would rewrite to these services, though its new prefix does not name them. They come before the rule. */
export function rewrittenDenials({ match, rewrite }: Pick<Rule, 'match' | 'rewrite'>): readonly RouteParts[] {
  const { kind, text } = pathMatchOf(match)
  const prefix = rewrite?.prefix
  if (prefix === undefined || kind !== 'prefix') return []
  const { service: _, method: __, ...others } = match
  // Services may take two slashes for one.
  const slashes = prefix.endsWith('/') && !text.endsWith('/') ? ['', '/'] : ['']
  return INTROSPECTION.filter((one) => one.startsWith(prefix)).flatMap((one) =>
    slashes.map((slash) => {
      const path = text + slash + one.slice(prefix.length)
      return toDenial(path, toRouteMatch({ ...others, prefix: path }))
    }),
  )
}

/** gRPC callers read 403 as `PERMISSION_DENIED`. */
function toDenial(path: string, match: NonNullable<RouteParts['match']>): RouteParts {
  return {
    name: `not from outside: ${path}`,
    match,
    action: { case: 'directResponse', value: { status: 403 } },
  }
}
