// The time that a call may take in all.

import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { DurationSchema, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'
import { toGrpcStreamDuration } from './stream-duration.ts'

/**
 * `timeout` of a rule. Envoy ends a call that takes longer with HTTP 504, which gRPC clients see as UNAVAILABLE. Its own timeout
 * is 15 s, but a gRPC stream may last for days: 0s lets it.
 */
export const ruleTimeout = ruleSwitch({
  field: 'timeout',
  schema: Type.String({
    ...DurationSchema,
    default: '0s',
    description: 'the time that a call may take, a duration such as 500ms, 5s, 2m or 1h; 0s for no limit',
    ...facts({ envoy: 'RouteAction.timeout', example: '5s' }),
  }),
  appliesTo: ['envoy', 'proxyless'],
  toRouteAction: (timeout) => ({ timeout: toDuration(timeout) }),
  // gRPC clients look at the longest duration of a stream only, and end the call with DEADLINE_EXCEEDED:
  // https://github.com/grpc/proposal/blob/master/A31-xds-timeout-support-and-config-selector.md
  toGrpcRouteAction: (_, entry) => toGrpcStreamDuration(entry),
})
