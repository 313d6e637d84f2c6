// The longest time of a stream, whatever moves on it, and the deadline of the caller as Envoy's own.

import { Type } from 'typebox'
import { type RouteActionParts, type RuleEntry, ruleSwitch } from './attach-points.ts'
import { DurationSchema, parseDuration, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

const MAX_STREAM_DURATION = 'RouteAction.max_stream_duration.max_stream_duration'

/**
 * `maxStreamDuration` of a rule, or of a fleet for its rules without one. Envoy and gRPC clients end what takes longer with
 * DEADLINE_EXCEEDED. If an answer has begun, Envoy may only reset the stream, which callers see as INTERNAL. Without the switch, a stream lasts as long as something moves on it (`timeouts.streamIdle`).
 * https://github.com/grpc/proposal/blob/master/A31-xds-timeout-support-and-config-selector.md
 */
export const maxStreamDuration = ruleSwitch({
  field: 'maxStreamDuration',
  schema: Type.String({
    ...DurationSchema,
    description: 'the time that a stream may take, a duration such as 5s, 10m or 24h; 0s for no limit',
    ...facts({ envoy: MAX_STREAM_DURATION, example: '24h' }),
  }),
  appliesTo: ['envoy', 'proxyless'],
  alsoOfFleet: true,
  toRouteAction: (_, entry) => toStreamDuration(entry),
  toGrpcRouteAction: (_, entry) => toGrpcStreamDuration(entry),
})

/**
 * `grpcTimeout` of a rule, or of a fleet for its rules without one: Envoy ends a call at the deadline that its caller has sent
 * (`grpc-timeout`), and at `max` if that is sooner. Without it, only the caller and the service look at the deadline. gRPC clients
 * need no such switch: they know the deadline, and `maxStreamDuration` caps it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction-maxstreamduration
 */
export const grpcTimeout = ruleSwitch({
  field: 'grpcTimeout',
  schema: Type.Object(
    {
      enabled: Type.Boolean({ description: 'true or false' }),
      max: Type.Optional(
        Type.String({
          ...DurationSchema,
          default: '0s',
          description:
            'the longest deadline that a caller may set, a duration such as 5s or 1m; 0s for no limit',
          ...facts({ envoy: 'RouteAction.max_stream_duration.grpc_timeout_header_max', example: '1m' }),
        }),
      ),
      offset: Type.Optional(
        Type.String({
          ...DurationSchema,
          default: '0s',
          description:
            'how much sooner than its caller Envoy ends a call, so that the answer is there in time, a duration such as 50ms; 0s to end it with its deadline',
          ...facts({ envoy: 'RouteAction.max_stream_duration.grpc_timeout_header_offset', example: '50ms' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'deadlines of callers in Envoy, such as { enabled: true, max: 1m }',
      ...facts({
        envoy: 'RouteAction.max_stream_duration.grpc_timeout_header_max',
        example: { enabled: true, max: '1m' },
      }),
    },
  ),
  appliesTo: ['envoy'],
  alsoOfFleet: true,
  toRouteAction: (_, entry) => toStreamDuration(entry),
})

/**
 * Envoy ignores the `timeout` of a route that has this message, and the longest duration of a call that has a deadline: so each
 * field gets the shortest time that is written.
 */
function toStreamDuration({ timeout, maxStreamDuration, grpcTimeout }: RuleEntry): RouteActionParts {
  const longest = shortestOf([timeout, maxStreamDuration])
  const isCallerAsked = grpcTimeout?.enabled === true
  if (!isCallerAsked && shortestOf([maxStreamDuration]) === undefined) return {}
  return {
    maxStreamDuration: {
      ...(longest !== undefined && { maxStreamDuration: toDuration(longest) }),
      ...(isCallerAsked && {
        grpcTimeoutHeaderMax: toDuration(shortestOf([longest, grpcTimeout.max]) ?? '0s'),
        ...((parseDuration(grpcTimeout.offset ?? '0s') ?? 0) > 0 && {
          grpcTimeoutHeaderOffset: toDuration(grpcTimeout.offset ?? '0s'),
        }),
      }),
    },
  }
}

/** gRPC clients know no other timeout. */
export function toGrpcStreamDuration({ timeout, maxStreamDuration }: RuleEntry): RouteActionParts {
  const longest = shortestOf([timeout, maxStreamDuration])
  return longest === undefined ? {} : { maxStreamDuration: { maxStreamDuration: toDuration(longest) } }
}

/** Undefined if none of them limits anything. */
function shortestOf(durations: readonly (string | undefined)[]): string | undefined {
  const limits = durations.filter((one) => one !== undefined && (parseDuration(one) ?? 0) > 0)
  return limits.toSorted((a = '', b = '') => (parseDuration(a) ?? 0) - (parseDuration(b) ?? 0))[0]
}
