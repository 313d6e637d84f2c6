// How many headers a call may have, and how large they may be.

import { Type } from 'typebox'
import { fleetSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/** Envoy's own limit. The check of binary metadata allows as many values; see `http-filters/well-formed-metadata.ts`. */
export const MAX_HEADERS = 100

/**
 * `headerLimits` of a fleet: towards callers. Envoy answers a call over a limit with HTTP 431 or a reset before any filter has
 * seen it. The defaults are Envoy's own.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#config-core-v3-httpprotocoloptions
 */
export const headerLimits = fleetSwitch({
  field: 'headerLimits',
  schema: Type.Object(
    {
      maxCount: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 4_294_967_295,
          default: MAX_HEADERS,
          description: 'a number of headers of one call, 1 to 4294967295',
          ...facts({
            envoy: 'HttpConnectionManager.common_http_protocol_options.max_headers_count',
            example: 200,
          }),
        }),
      ),
      maxKib: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 8192,
          default: 60,
          description: 'the size of all headers of one call in KiB, 1 to 8192',
          ...facts({ envoy: 'HttpConnectionManager.max_request_headers_kb', example: 96 }),
        }),
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'limits of headers such as { maxCount: 100, maxKib: 60 }',
      ...facts({ example: { maxCount: 200, maxKib: 96 } }),
    },
  ),
  appliesTo: ['envoy'],
  toHttpConnectionManager: ({ maxCount, maxKib }) => ({
    maxRequestHeadersKb: maxKib,
    commonHttpProtocolOptions: { maxHeadersCount: maxCount },
  }),
})
