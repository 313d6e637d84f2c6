// Mirrors: upstreams that get copies of the calls of a rule, and whose answers nobody sees.

import { FractionalPercent_DenominatorType } from '@envoy/xds-protos/envoy/type/v3/percent_pb.js'
import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { NamedMap } from './named-map.ts'
import { facts } from './schema-keywords.ts'

const MirrorSchema = Type.Object(
  {
    enabled: Type.Boolean({
      description: 'true or false: whether the upstream gets copies',
      ...facts({ envoy: 'RouteAction.request_mirror_policies' }),
    }),
    percentage: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        default: 100,
        description: 'a percentage of the calls, 0 to 100',
        ...facts({ envoy: 'RequestMirrorPolicy.runtime_fraction', example: 5 }),
      }),
    ),
    markHost: Type.Optional(
      Type.Boolean({
        default: true,
        description:
          'true or false: whether the host of copies ends with -shadow, so that a service can tell them apart',
        ...facts({ envoy: 'RequestMirrorPolicy.disable_shadow_host_suffix_append' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'copies for an upstream such as { enabled: true, percentage: 5 }',
    ...facts({ envoy: 'RouteAction.request_mirror_policies', example: { enabled: true, percentage: 5 } }),
  },
)

/**
 * `mirror` of a rule: each upstream gets its share of the calls by its own chance, beside `to`. Callers get the answers of `to`
 * alone, and wait for no mirror, whether it fails or is slow. The calls of a mirror do their work a second time: turn it on for what
 * only reads, or for services with a database of their own. Nobody waits for a call that hangs there, so it stays open until the
 * `timeout` of the rule; `circuitBreaker` of the mirror limits how many there are.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction-requestmirrorpolicy
 */
export const mirror = ruleSwitch({
  field: 'mirror',
  schema: NamedMap(MirrorSchema, 'copies by the names of upstreams, such as { echo-v2: { enabled: true } }', {
    envoy: 'RouteAction.request_mirror_policies',
    example: { 'echo-v2': { enabled: true, percentage: 5 } },
  }),
  appliesTo: ['envoy'],
  references: (mirrors) =>
    Object.keys(mirrors).map((name) => ({ steps: [name], to: 'upstreams' as const, name })),
  toRouteAction: (mirrors) => ({
    requestMirrorPolicies: Object.entries(mirrors)
      .filter(([, { enabled }]) => enabled)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([cluster, { percentage = 100, markHost = true }]) => ({
        cluster,
        runtimeFraction: {
          defaultValue: {
            numerator: Math.round(percentage * 10_000),
            denominator: FractionalPercent_DenominatorType.MILLION,
          },
        },
        ...(!markHost && { disableShadowHostSuffixAppend: true }),
      })),
  }),
})
