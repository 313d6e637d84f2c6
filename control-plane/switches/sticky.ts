// Sticky splits: the value of a header decides which upstream of a rule gets a call, so that a user stays on one side of a canary.

import { Type } from 'typebox'
import { type RuleEntry, ruleSwitch } from './attach-points.ts'
import type { HashOn } from './hash-on.ts'
import { HeaderName } from './header-name.ts'
import { facts } from './schema-keywords.ts'

/**
 * `sticky` of a rule: calls with an equal header go to one upstream of `to` for as long as the weights stay as they are, and each
 * upstream gets its share of the values. Calls without the header are split by chance. Envoy takes the hash of the value modulo the sum
 * of the weights, so while that sum stays the same, nobody leaves the one of two upstreams that grows.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-weightedcluster
 */
export const sticky = ruleSwitch({
  field: 'sticky',
  schema: Type.Object(
    {
      enabled: Type.Boolean({
        description: 'true or false: whether the header decides instead of chance',
        ...facts({ envoy: 'WeightedCluster.use_hash_policy' }),
      }),
      header: Type.Optional(
        Type.String({
          ...HeaderName,
          default: 'x-user',
          ...facts({ envoy: 'RouteAction.hash_policy.header.header_name', example: 'x-tenant' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'a split by a header such as { enabled: true, header: x-user }',
      ...facts({
        envoy: 'WeightedCluster.use_hash_policy',
        example: { enabled: true, header: 'x-tenant' },
      }),
    },
  ),
  appliesTo: ['envoy'],
  toRouteAction: ({ enabled }, { to = {} }) =>
    enabled && Object.keys(to).length > 1
      ? {
          clusterSpecifier: {
            case: 'weightedClusters',
            value: { randomValueSpecifier: { case: 'useHashPolicy', value: { value: true } } },
          },
        }
      : {},
})

/** What the calls of a rule are hashed on for its split; undefined where chance decides. A rule has one hash, for this and for its upstreams. */
export function stickyHashOf({ sticky: settings }: Pick<RuleEntry, 'sticky'>): HashOn | undefined {
  return settings?.enabled ? { header: settings.header ?? 'x-user' } : undefined
}
