// How long an Envoy keeps a stream on which nothing moves, and waits for the headers of a call.

import { Type } from 'typebox'
import { fleetSwitch } from './attach-points.ts'
import { OptionalDuration, PositiveDuration, toDuration } from './duration.ts'
import { HTTP_INSPECTOR } from './inspect-http.ts'
import { facts } from './schema-keywords.ts'

/**
 * `timeouts` of a fleet. Envoy's own stream idle timeout of 5 minutes is short for a gRPC watch. A client that takes longer than
 * `requestHeaders` to send its headers, or than `handshake` for its first bytes, only keeps a connection busy.
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
      handshake: PositiveDuration(
        '10s',
        'the time in which a new connection must have ended its TLS handshake, or have sent the beginning of HTTP',
        { envoy: 'FilterChain.transport_socket_connect_timeout', example: '5s' },
      ),
      request: OptionalDuration(
        'the time in which a whole call must arrive, with all of its messages: it ends streams of callers too',
        { envoy: 'HttpConnectionManager.request_timeout', example: '30s' },
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'timeouts such as { streamIdle: 1h, requestHeaders: 10s }',
      ...facts({ example: { streamIdle: '30m', requestHeaders: '5s' } }),
    },
  ),
  appliesTo: ['envoy'],
  messages: [HTTP_INSPECTOR],
  // Also for what the listener must know before it has a chain: whether the connection begins with TLS or HTTP.
  toListener: ({ handshake }) => ({ listenerFiltersTimeout: toDuration(handshake) }),
  toFilterChain: ({ handshake }, { transportSocket }) =>
    transportSocket === undefined ? {} : { transportSocketConnectTimeout: toDuration(handshake) },
  toHttpConnectionManager: ({ streamIdle, requestHeaders, request }) => ({
    ...(request !== undefined && { requestTimeout: toDuration(request) }),
    streamIdleTimeout: toDuration(streamIdle),
    requestHeadersTimeout: toDuration(requestHeaders),
  }),
})
