// HTTP/1.1 of callers: whether answers have trailers.

import { Type } from 'typebox'
import { fleetSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

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
    trailers ? { httpProtocolOptions: { enableTrailers: true } } : {},
})
