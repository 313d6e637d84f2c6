// Retries: which failed calls Envoy sends again, how often, when, and where.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { PreviousHostsPredicateSchema } from '@envoy/xds-protos/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js'
import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { OptionalDuration, toDuration, tooShort } from './duration.ts'
import { unsupported } from './grpc-clients.ts'
import { hedgeDelayOf } from './hedging.ts'
import {
  BASE,
  BackOffSchema,
  MAX,
  RateLimitedBackOffSchema,
  toBackOff,
  toRateLimitedBackOff,
} from './retry-back-off.ts'
import { facts } from './schema-keywords.ts'

const CONDITIONS = [
  'refused-stream',
  'connect-failure',
  'reset',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
] as const

/** gRPC ignores all others: https://github.com/grpc/proposal/blob/master/A44-xds-retry.md */
const OF_GRPC: readonly string[] = [
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]

/** gRPC makes at most five attempts, the first one included. */
const MOST_GRPC_RETRIES = 4

/** How often Envoy picks again until it finds an endpoint that has not had the call. Then it takes the last one picked. */
const PICKS = 5n

const RetrySchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    attempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10,
        default: 3,
        description: 'a number of retries after the first attempt, 1 to 10',
        ...facts({ envoy: 'RetryPolicy.num_retries', example: 5 }),
      }),
    ),
    on: Type.Optional(
      Type.Array(
        Type.Enum(CONDITIONS, {
          description: `one of ${CONDITIONS.join(', ')}`,
        }),
        {
          minItems: 1,
          uniqueItems: true,
          default: ['refused-stream'],
          description: 'a list of conditions for a retry, such as [refused-stream, unavailable]',
          ...facts({ envoy: 'RetryPolicy.retry_on', example: ['refused-stream', 'unavailable'] }),
        },
      ),
    ),
    perTryTimeout: OptionalDuration('the time of one attempt, after which the condition reset holds', {
      envoy: 'RetryPolicy.per_try_timeout',
      example: '500ms',
    }),
    perTryIdleTimeout: OptionalDuration(
      'the time of one attempt without a byte of the answer, after which the condition reset holds',
      { envoy: 'RetryPolicy.per_try_idle_timeout', example: '500ms' },
    ),
    backOff: Type.Optional(BackOffSchema),
    rateLimitedBackOff: Type.Optional(RateLimitedBackOffSchema),
    otherEndpoint: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'true or false: whether a retry prefers endpoints that have not had the call',
        ...facts({ envoy: 'RetryPolicy.retry_host_predicate' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    default: { enabled: true },
    description: 'retries such as { enabled: true, attempts: 3, on: [refused-stream] }',
    ...facts({
      envoy: 'RouteAction.retry_policy',
      example: { enabled: true, attempts: 2, on: ['refused-stream', 'unavailable'] },
    }),
  },
)

/**
 * `retry` of a rule, or of a fleet for its rules without one. By default only streams that the backend refused are sent again: a
 * backend that sends GOAWAY has not processed the streams that crossed it, so that gRPC clients retry them on their own too.
 * How many retries are under way at a time is limited by `circuitBreaker` of the upstream, as a number or as a budget: Envoy counts
 * them by cluster, so a rule cannot have a budget of its own. Calls are not retried by headers of their answers, because gRPC services
 * say by their status what may come again.
 * https://www.rfc-editor.org/rfc/rfc9113#section-8.7,
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-grpc-on
 */
export const retry = ruleSwitch({
  field: 'retry',
  schema: RetrySchema,
  appliesTo: ['envoy', 'proxyless'],
  messages: [PreviousHostsPredicateSchema],
  unsupportedBy: ({ attempts = 0, on = [], otherEndpoint, rateLimitedBackOff, ...times }) => [
    ...on.flatMap((condition, index) =>
      OF_GRPC.includes(condition)
        ? []
        : unsupported(`the condition ${condition}`, { steps: ['on', String(index)] }),
    ),
    ...(attempts > MOST_GRPC_RETRIES
      ? unsupported(`any retry after the first ${MOST_GRPC_RETRIES}`, { steps: ['attempts'] })
      : []),
    ...(['perTryTimeout', 'perTryIdleTimeout'] as const)
      .filter((timeout) => times[timeout] !== undefined)
      .flatMap((timeout) => unsupported('the timeout of an attempt', { steps: [timeout] })),
    ...(rateLimitedBackOff?.enabled
      ? unsupported('the wait that an answer asks for', { steps: ['rateLimitedBackOff'] })
      : []),
    ...(otherEndpoint ? unsupported('the choice of another endpoint', { steps: ['otherEndpoint'] }) : []),
  ],
  *problems({ enabled, on = ['refused-stream'], backOff: { base = BASE, max = MAX } = {}, ...times }) {
    for (const timeout of ['perTryTimeout', 'perTryIdleTimeout'] as const) {
      if (!enabled || times[timeout] === undefined || on.includes('reset')) continue
      yield {
        steps: [timeout],
        message:
          'would end the call at the first attempt: add reset to "on", the condition for a retry after it',
      }
    }
    yield* tooShort({ steps: ['backOff', 'max'], longest: max }, { name: 'base', first: base })
  },
  alsoOfFleet: true,
  toRouteAction: ({ enabled, attempts, on, ...how }, entry) =>
    enabled
      ? {
          retryPolicy: {
            retryOn: on.join(','),
            numRetries: attempts,
            ...toBackOff(how.backOff),
            ...toEnvoyOnly(withHedges(how, hedgeDelayOf(entry))),
          },
        }
      : {},
  // Streams that nobody has processed are sent again by gRPC itself: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
  toGrpcRouteAction({ enabled, attempts, on, ...how }) {
    const known = on.filter((condition) => OF_GRPC.includes(condition))
    if (!enabled || known.length === 0) return {}
    return { retryPolicy: { retryOn: known.join(','), numRetries: attempts, ...toBackOff(how.backOff) } }
  },
})

/** What gRPC clients do not read. */
interface EnvoyOnly {
  readonly otherEndpoint: boolean
  readonly perTryTimeout?: string
  readonly perTryIdleTimeout?: string
  readonly rateLimitedBackOff?: { readonly enabled: boolean }
}

/** A hedge at the endpoint that is slow would be slow too. */
function withHedges<T extends EnvoyOnly>(how: T, delay: string | undefined): T {
  return delay === undefined ? how : { ...how, perTryTimeout: delay, otherEndpoint: true }
}

function toEnvoyOnly({ perTryTimeout, perTryIdleTimeout, otherEndpoint, rateLimitedBackOff }: EnvoyOnly) {
  return {
    ...(perTryTimeout !== undefined && { perTryTimeout: toDuration(perTryTimeout) }),
    ...(perTryIdleTimeout !== undefined && { perTryIdleTimeout: toDuration(perTryIdleTimeout) }),
    ...(otherEndpoint && { retryHostPredicate: [previousHosts()], hostSelectionRetryMaxAttempts: PICKS }),
    ...toRateLimitedBackOff(rateLimitedBackOff),
  }
}

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_connection_management#retry-plugin-configuration */
function previousHosts() {
  return {
    name: 'envoy.retry_host_predicates.previous_hosts',
    configType: {
      case: 'typedConfig' as const,
      value: anyPack(PreviousHostsPredicateSchema, create(PreviousHostsPredicateSchema)),
    },
  }
}
