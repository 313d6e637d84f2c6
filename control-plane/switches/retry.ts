// Retries: which failed calls Envoy sends again, and how often.

import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { unsupported } from './grpc-clients.ts'
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

/**
 * `retry` of a rule, or of a fleet for its rules without one. By default only streams that the backend refused are sent again: a
 * backend that sends GOAWAY has not processed the streams that crossed it, so that gRPC clients retry them on their own too.
 * https://www.rfc-editor.org/rfc/rfc9113#section-8.7,
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-grpc-on
 */
export const retry = ruleSwitch({
  field: 'retry',
  schema: Type.Object(
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
  ),
  appliesTo: ['envoy', 'proxyless'],
  unsupportedBy: ({ attempts = 0, on = [] }) => [
    ...on.flatMap((condition, index) =>
      OF_GRPC.includes(condition)
        ? []
        : unsupported(`the condition ${condition}`, { steps: ['on', String(index)] }),
    ),
    ...(attempts > MOST_GRPC_RETRIES
      ? unsupported(`any retry after the first ${MOST_GRPC_RETRIES}`, { steps: ['attempts'] })
      : []),
  ],
  alsoOfFleet: true,
  toRouteAction: ({ enabled, attempts, on }) =>
    enabled ? { retryPolicy: { retryOn: on.join(','), numRetries: attempts } } : {},
  // Streams that nobody has processed are sent again by gRPC itself: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
  toGrpcRouteAction({ enabled, attempts, on }) {
    const known = on.filter((condition) => OF_GRPC.includes(condition))
    if (!enabled || known.length === 0) return {}
    return { retryPolicy: { retryOn: known.join(','), numRetries: attempts } }
  },
})
