// Hedging: a second attempt of a call that is slow, beside the first one. The first good answer counts.

import { Type } from 'typebox'
import { type RuleEntry, ruleSwitch } from './attach-points.ts'
import { OptionalDuration } from './duration.ts'
import { facts, UNAVAILABLE } from './schema-keywords.ts'

/** Envoy parses these and does not act on them: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing#request-hedging */
const NOT_IN_ENVOY = {
  initialRequests:
    'has no effect in Envoy, which does not implement HedgePolicy.initial_requests: each call begins with one attempt. Remove it, and write delay for when the next one starts',
  additionalRequestChance:
    'has no effect in Envoy, which does not implement HedgePolicy.additional_request_chance. Remove it, and write delay for when a further attempt starts',
}

/**
 * `hedging` of a rule, or of a fleet for its rules without one. It is off by default, because services do the work of a hedged
 * call twice: turn it on for calls that change nothing, or that a service recognizes when they come again. The attempt that lost
 * is reset, which its service sees as a cancellation.
 *
 * To Envoy a hedge is a retry that does not end the attempt before it. So `retry` says how many there are (`attempts`), which
 * errors of an attempt are not the answer (`on`), and what is added to the delay (`backOff`). A hedge always prefers an endpoint that has not had the call.
 * Envoy hedges while no headers of an answer have come, and only once it has the whole request: calls of clients that stream are never hedged.
 * gRPC clients do not take hedging from a control plane: https://github.com/grpc/proposal/blob/master/A44-xds-retry.md
 */
export const hedging = ruleSwitch({
  field: 'hedging',
  schema: Type.Object(
    {
      enabled: Type.Boolean({
        description: 'true or false: whether services may get the same call twice at a time',
        ...facts({ envoy: 'RouteAction.hedge_policy.hedge_on_per_try_timeout' }),
      }),
      delay: OptionalDuration('the time without an answer after which a further attempt starts', {
        envoy: 'RouteAction.retry_policy.per_try_timeout',
        example: '100ms',
      }),
    },
    {
      additionalProperties: false,
      description: 'hedging of calls that may run twice, such as { enabled: true, delay: 100ms }',
      ...facts({ envoy: 'RouteAction.hedge_policy', example: { enabled: true, delay: '100ms' } }),
      [UNAVAILABLE]: NOT_IN_ENVOY,
    },
  ),
  appliesTo: ['envoy'],
  alsoOfFleet: true,
  *problems({ enabled, delay }) {
    if (enabled && delay === undefined) {
      yield {
        steps: ['delay'],
        message:
          'is missing: write the time after which a further attempt starts, such as 100ms. Take the latency that 95 % of calls stay below, so that 5 % are hedged',
      }
    }
  },
  *problemsWith({ enabled }, { retry }) {
    if (!enabled) return
    if (retry?.enabled === false) {
      yield {
        steps: [],
        message:
          'has no effect while retry is off, because Envoy hedges by retries: set retry.enabled to true, or hedging.enabled to false',
      }
    } else if (retry?.perTryTimeout !== undefined) {
      yield {
        steps: ['delay'],
        message:
          'is the same field of Envoy as retry.perTryTimeout: remove perTryTimeout, or set hedging.enabled to false',
      }
    }
  },
  // The number of attempts, their delay and their endpoints are fields of `retry_policy`: see `retry.ts`.
  toRouteAction: ({ enabled }) => (enabled ? { hedgePolicy: { hedgeOnPerTryTimeout: true } } : {}),
})

/** The delay of hedges; undefined where none start. */
export function hedgeDelayOf({ hedging: settings }: RuleEntry): string | undefined {
  return settings?.enabled ? settings.delay : undefined
}
