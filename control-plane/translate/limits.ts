// How much one caller, or one service, may make an Envoy hold: see docs/security/limits.md.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Http2ProtocolOptionsSchema } from '@envoy/xds-protos/envoy/config/core/v3/protocol_pb.js'

type Http2Options = MessageInitShape<typeof Http2ProtocolOptionsSchema>

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

const STREAM_LIMITS = {
  initialStreamWindowSize: STREAM_WINDOW_BYTES,
  maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
} as const

/** Envoy's own windows are 256 MiB: https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge */
export const DOWNSTREAM_HTTP2: Http2Options = {
  ...STREAM_LIMITS,
  initialConnectionWindowSize: DOWNSTREAM_CONNECTION_WINDOW_BYTES,
}

export const UPSTREAM_HTTP2: Http2Options = {
  ...STREAM_LIMITS,
  initialConnectionWindowSize: UPSTREAM_CONNECTION_WINDOW_BYTES,
}
