// HTTP/1.1 of callers: whether a listener accepts it, and whether answers have trailers.

import { HttpConnectionManager_CodecType } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { Type } from 'typebox'
import { fleetSwitch, type HttpConnectionManagerParts, listenerSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/** For a switch whose callers may have nothing but HTTP/1.1: browsers without TLS, and programs without HTTP/2. */
export const ACCEPT_HTTP1: HttpConnectionManagerParts = { codecType: HttpConnectionManager_CodecType.AUTO }

/** HTTP/2 alone, unless one of the parts accepts HTTP/1.1. */
export function codecTypeOf(parts: readonly HttpConnectionManagerParts[]): HttpConnectionManager_CodecType {
  const { AUTO, HTTP2 } = HttpConnectionManager_CodecType
  return parts.some(({ codecType }) => codecType === AUTO) ? AUTO : HTTP2
}

/**
 * `http1` of a listener. gRPC is HTTP/2, and HTTP/1.1 has more than one way to say where a request ends: two programs in a row that
 * differ about it can be made to see different requests. So a listener closes connections of HTTP/1.1, unless this switch or one of the
 * fleet needs it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto#enum-extensions-filters-network-http-connection-manager-v3-httpconnectionmanager-codectype
 */
export const listenerHttp1 = listenerSwitch({
  field: 'http1',
  schema: Type.Boolean({
    default: false,
    description:
      'true or false: whether callers may use HTTP/1.1; filters for callers without HTTP/2 accept it too: cors, grpcWeb, grpcJsonTranscoder, grpcHttp1Bridge, and http1.trailers of the fleet',
    ...facts({ envoy: 'HttpConnectionManager.codec_type' }),
  }),
  appliesTo: ['envoy'],
  toHttpConnectionManager: (isAccepted) => (isAccepted ? ACCEPT_HTTP1 : {}),
})

/**
 * `http1` of a fleet: for connections of callers. gRPC has the status of a call in trailers, which Envoy drops from HTTP/1.1 by default. A caller
 * that reads trailers of a chunked body gets messages as they come and the status at the end, and nothing is held back for it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#config-core-v3-http1protocoloptions
 */
export const fleetHttp1 = fleetSwitch({
  field: 'http1',
  schema: Type.Object(
    {
      trailers: Type.Optional(
        Type.Boolean({
          default: false,
          description:
            'true or false: whether trailers pass, in which gRPC has the status of a call; for callers that read trailers of HTTP/1.1',
          ...facts({ envoy: 'HttpConnectionManager.http_protocol_options.enable_trailers' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'HTTP/1.1 of callers, such as { trailers: true }',
      ...facts({ envoy: 'HttpConnectionManager.http_protocol_options', example: { trailers: true } }),
    },
  ),
  appliesTo: ['envoy'],
  toHttpConnectionManager: ({ trailers }) =>
    trailers ? { httpProtocolOptions: { enableTrailers: true }, ...ACCEPT_HTTP1 } : {},
})
