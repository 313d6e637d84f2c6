// HTTP/2: how much one caller, or one service, may make an Envoy hold (docs/security/limits.md), and whether dead peers are noticed.

import { Type } from 'typebox'
import { fleetSwitch, type SettingsOf, upstreamSwitch } from './attach-points.ts'
import {
  DOWNSTREAM_INTERVAL,
  Http2KeepaliveSchema,
  neverPings,
  toHttp2Keepalive,
  UPSTREAM_INTERVAL,
} from './http2-keepalive.ts'
import { facts } from './schema-keywords.ts'

const KIB = 1024

/** Bytes that a peer may send on a stream before the other side has taken them. Envoy also buffers as many to send. */
export const STREAM_WINDOW_BYTES = 64 * KIB
/** Streams on one connection. Envoy opens further connections to an endpoint that has as many calls. */
export const MAX_CONCURRENT_STREAMS = 100
/** Bytes that a caller may send on a connection before its streams have taken them. */
export const DOWNSTREAM_CONNECTION_WINDOW_BYTES = 1024 * KIB
/**
 * Callers share upstream connections, so those who take no answers must not use up the window of a connection: it has room
 * for the windows of all streams, and as much again as one caller may have.
 */
export const UPSTREAM_CONNECTION_WINDOW_BYTES =
  MAX_CONCURRENT_STREAMS * STREAM_WINDOW_BYTES + DOWNSTREAM_CONNECTION_WINDOW_BYTES

/** The largest window that HTTP/2 knows: https://www.rfc-editor.org/rfc/rfc9113#section-6.9.1 */
const MAX_WINDOW_BYTES = 2_147_483_647

function Window(fallback: number, whose: string, envoy: string) {
  return Type.Optional(
    Type.Integer({
      minimum: 65_535,
      maximum: MAX_WINDOW_BYTES,
      default: fallback,
      description: `bytes that ${whose} may have under way, 65535 to ${MAX_WINDOW_BYTES}`,
      ...facts({ envoy: `Http2ProtocolOptions.${envoy}`, example: 2 * fallback }),
    }),
  )
}

type Keepalive = ReturnType<typeof Http2KeepaliveSchema>
const FleetKeepalive = Http2KeepaliveSchema(DOWNSTREAM_INTERVAL, false)
const UpstreamKeepalive = Http2KeepaliveSchema(UPSTREAM_INTERVAL, true)

function Http2Schema(connectionWindow: number, keepalive: Keepalive, envoy: string) {
  return Type.Object(
    {
      maxConcurrentStreams: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 2_147_483_647,
          default: MAX_CONCURRENT_STREAMS,
          description: 'a number of calls at a time on one connection, 1 to 2147483647',
          ...facts({ envoy: 'Http2ProtocolOptions.max_concurrent_streams', example: 1000 }),
        }),
      ),
      streamWindow: Window(STREAM_WINDOW_BYTES, 'one call', 'initial_stream_window_size'),
      connectionWindow: Window(connectionWindow, 'one connection', 'initial_connection_window_size'),
      keepalive: Type.Optional(keepalive),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'HTTP/2 settings such as { maxConcurrentStreams: 100, streamWindow: 65536 }',
      ...facts({ envoy, example: { maxConcurrentStreams: 1000 } }),
    },
  )
}

type Http2Settings = SettingsOf<ReturnType<typeof Http2Schema>>

/** @param schema of the keepalive, for its defaults */
function toHttp2(
  schema: Keepalive,
  { maxConcurrentStreams, streamWindow, connectionWindow, keepalive }: Http2Settings,
) {
  return {
    maxConcurrentStreams,
    initialStreamWindowSize: streamWindow,
    initialConnectionWindowSize: connectionWindow,
    ...toHttp2Keepalive(schema, keepalive),
  }
}

/**
 * `http2` of a fleet: towards callers. Envoy's own windows are 256 MiB.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
export const fleetHttp2 = fleetSwitch({
  field: 'http2',
  schema: Http2Schema(
    DOWNSTREAM_CONNECTION_WINDOW_BYTES,
    FleetKeepalive,
    'HttpConnectionManager.http2_protocol_options',
  ),
  appliesTo: ['envoy'],
  problems: ({ keepalive }) => neverPings(keepalive),
  toHttpConnectionManager: (settings) => ({ http2ProtocolOptions: toHttp2(FleetKeepalive, settings) }),
})

/** `http2` of an upstream: towards its endpoints. It has no effect with `protocol: http1`. */
export const upstreamHttp2 = upstreamSwitch({
  field: 'http2',
  schema: Http2Schema(
    UPSTREAM_CONNECTION_WINDOW_BYTES,
    UpstreamKeepalive,
    'HttpProtocolOptions.explicit_http_config.http2_protocol_options',
  ),
  appliesTo: ['envoy'],
  problems: ({ keepalive }) => neverPings(keepalive),
  toHttpProtocolOptions: (settings, { protocol = 'http2' }) =>
    protocol === 'http2'
      ? {
          upstreamProtocolOptions: {
            case: 'explicitHttpConfig',
            value: {
              protocolConfig: { case: 'http2ProtocolOptions', value: toHttp2(UpstreamKeepalive, settings) },
            },
          },
        }
      : {},
})
