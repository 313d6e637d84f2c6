// How long an Envoy keeps a stream on which nothing moves, and waits for the headers of a call.

import { Type } from 'typebox'
import { fleetSwitch } from './attach-points.ts'
import { PositiveDuration, toDuration } from './duration.ts'
import { facts } from './schema-keywords.ts'

/**
 * `timeouts` of a fleet. Envoy's own stream idle timeout of 5 minutes is short for a gRPC watch. A client that takes longer than
 * `requestHeaders` to send its headers only keeps a connection busy.
 * https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
 */
export const streamTimeouts = fleetSwitch({
  field: 'timeouts',
  schema: Type.Object(
    {
      streamIdle: PositiveDuration('1h', 'the time that a stream may be idle', {
        envoy: 'HttpConnectionManager.stream_idle_timeout',
        example: '30m',
      }),
      requestHeaders: PositiveDuration('10s', 'the time in which the headers of a call must arrive', {
        envoy: 'HttpConnectionManager.request_headers_timeout',
        example: '5s',
      }),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'timeouts such as { streamIdle: 1h, requestHeaders: 10s }',
      ...facts({ example: { streamIdle: '30m', requestHeaders: '5s' } }),
    },
  ),
  appliesTo: ['envoy'],
  toHttpConnectionManager: ({ streamIdle, requestHeaders }) => ({
    streamIdleTimeout: toDuration(streamIdle),
    requestHeadersTimeout: toDuration(requestHeaders),
  }),
})
