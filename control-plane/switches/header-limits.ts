// How many headers a call and its answer may have, and how large they may be.

import { Type } from 'typebox'
import { fleetSwitch, upstreamSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/** Envoy's own limit. The check of binary metadata allows as many values; see `http-filters/binary-metadata.ts`. */
export const MAX_HEADERS = 100
/** Envoy's own. */
const MAX_KIB = 60

interface Limits {
  readonly whose: string
  /** Of Envoy. */
  readonly count: string
  readonly size: string
}

function HeaderLimitsSchema({ whose, count, size }: Limits) {
  return Type.Object(
    {
      maxCount: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 4_294_967_295,
          default: MAX_HEADERS,
          description: `a number of headers of one ${whose}, 1 to 4294967295`,
          ...facts({ envoy: count, example: 200 }),
        }),
      ),
      maxKib: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 8192,
          default: MAX_KIB,
          description: `the size of all headers of one ${whose} in KiB, 1 to 8192`,
          ...facts({ envoy: size, example: 96 }),
        }),
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'limits of headers such as { maxCount: 100, maxKib: 60 }',
      ...facts({ example: { maxCount: 200, maxKib: 96 } }),
    },
  )
}

/**
 * `headerLimits` of a fleet: towards callers. Envoy answers a call over a limit with HTTP 431 or a reset before any filter has
 * seen it. The defaults are Envoy's own.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#config-core-v3-httpprotocoloptions
 */
export const headerLimits = fleetSwitch({
  field: 'headerLimits',
  schema: HeaderLimitsSchema({
    whose: 'call',
    count: 'HttpConnectionManager.common_http_protocol_options.max_headers_count',
    size: 'HttpConnectionManager.max_request_headers_kb',
  }),
  appliesTo: ['envoy'],
  toHttpConnectionManager: ({ maxCount, maxKib }) => ({
    maxRequestHeadersKb: maxKib,
    commonHttpProtocolOptions: { maxHeadersCount: maxCount },
  }),
})

/**
 * `headerLimits` of an upstream: of answers, their metadata and their trailers. Envoy resets an attempt whose answer is over a limit,
 * and the call ends with UNAVAILABLE. The defaults are Envoy's own.
 */
export const upstreamHeaderLimits = upstreamSwitch({
  field: 'headerLimits',
  schema: HeaderLimitsSchema({
    whose: 'answer',
    count: 'HttpProtocolOptions.common_http_protocol_options.max_headers_count',
    size: 'HttpProtocolOptions.common_http_protocol_options.max_response_headers_kb',
  }),
  appliesTo: ['envoy'],
  toHttpProtocolOptions({ maxCount, maxKib }) {
    const limits = {
      ...(maxCount !== MAX_HEADERS && { maxHeadersCount: maxCount }),
      ...(maxKib !== MAX_KIB && { maxResponseHeadersKb: maxKib }),
    }
    return Object.keys(limits).length === 0 ? {} : { commonHttpProtocolOptions: limits }
  },
})
