// Retries: which failed calls Envoy sends again, how often, when, and where.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { PreviousHostsPredicateSchema } from '@envoy/xds-protos/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js'
import { Type } from 'typebox'
import { ruleSwitch, type SettingsOf } from './attach-points.ts'
import { inEffect } from './defaults.ts'
import { OptionalDuration, PositiveDuration, parseDuration, toDuration, tooShort } from './duration.ts'
import { unsupported } from './grpc-clients.ts'
import { hedgeDelayOf } from './hedging.ts'
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

/** Envoy's own, and gRPC's, which routes need not repeat. */
const BASE = '25ms'
const MAX = '250ms'

/** How often Envoy picks again until it finds an endpoint that has not had the call. Then it takes the last one picked. */
const PICKS = 5n

const BackOffSchema = Type.Object(
  {
    base: PositiveDuration(
      BASE,
      'the longest wait before the first retry, which doubles with each further one',
      {
        envoy: 'RetryPolicy.retry_back_off.base_interval',
        example: '100ms',
      },
    ),
    max: PositiveDuration(MAX, 'the longest wait before any retry', {
      envoy: 'RetryPolicy.retry_back_off.max_interval',
      example: '2s',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'random waits before retries, such as { base: 25ms, max: 250ms }',
    ...facts({ envoy: 'RetryPolicy.retry_back_off', example: { base: '100ms', max: '2s' } }),
  },
)

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
    backOff: Type.Optional(BackOffSchema),
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
 * `circuitBreaker` of the upstream limits how many retries are under way at a time.
 * https://www.rfc-editor.org/rfc/rfc9113#section-8.7,
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-grpc-on
 */
export const retry = ruleSwitch({
  field: 'retry',
  schema: RetrySchema,
  appliesTo: ['envoy', 'proxyless'],
  messages: [PreviousHostsPredicateSchema],
  unsupportedBy: ({ attempts = 0, on = [], perTryTimeout, otherEndpoint }) => [
    ...on.flatMap((condition, index) =>
      OF_GRPC.includes(condition)
        ? []
        : unsupported(`the condition ${condition}`, { steps: ['on', String(index)] }),
    ),
    ...(attempts > MOST_GRPC_RETRIES
      ? unsupported(`any retry after the first ${MOST_GRPC_RETRIES}`, { steps: ['attempts'] })
      : []),
    ...(perTryTimeout === undefined
      ? []
      : unsupported('the timeout of an attempt', { steps: ['perTryTimeout'] })),
    ...(otherEndpoint ? unsupported('the choice of another endpoint', { steps: ['otherEndpoint'] }) : []),
  ],
  *problems({ enabled, on = ['refused-stream'], perTryTimeout, backOff: { base = BASE, max = MAX } = {} }) {
    if (enabled && perTryTimeout !== undefined && !on.includes('reset')) {
      yield {
        steps: ['perTryTimeout'],
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
            ...toBackOff(how),
            ...toEnvoyOnly(withHedges(how, hedgeDelayOf(entry))),
          },
        }
      : {},
  // Streams that nobody has processed are sent again by gRPC itself: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
  toGrpcRouteAction({ enabled, attempts, on, ...how }) {
    const known = on.filter((condition) => OF_GRPC.includes(condition))
    if (!enabled || known.length === 0) return {}
    return { retryPolicy: { retryOn: known.join(','), numRetries: attempts, ...toBackOff(how) } }
  },
})

type Settings = SettingsOf<typeof RetrySchema>

function toBackOff({ backOff }: Pick<Settings, 'backOff'>) {
  const { base, max } = inEffect(BackOffSchema, backOff) as SettingsOf<typeof BackOffSchema>
  if (parseDuration(base) === parseDuration(BASE) && parseDuration(max) === parseDuration(MAX)) return {}
  return { retryBackOff: { baseInterval: toDuration(base), maxInterval: toDuration(max) } }
}

/** What gRPC clients do not read. */
interface EnvoyOnly {
  readonly otherEndpoint: boolean
  readonly perTryTimeout?: string
}

/** A hedge at the endpoint that is slow would be slow too. */
function withHedges<T extends EnvoyOnly>(how: T, delay: string | undefined): T {
  return delay === undefined ? how : { ...how, perTryTimeout: delay, otherEndpoint: true }
}

function toEnvoyOnly({ perTryTimeout, otherEndpoint }: EnvoyOnly) {
  return {
    ...(perTryTimeout !== undefined && { perTryTimeout: toDuration(perTryTimeout) }),
    ...(otherEndpoint && { retryHostPredicate: [previousHosts()], hostSelectionRetryMaxAttempts: PICKS }),
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
