// How a chain denies a call by itself: Envoy's filter for faults, which ends each call that reaches it with one HTTP status.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import type { AccessLogFilterSchema } from '@envoy/xds-protos/envoy/config/accesslog/v3/accesslog_pb.js'
import type { HeaderMatcherSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { HTTPFaultSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import type { HttpConnectionManagerParts } from '../attach-points.ts'

type Header = MessageInitShape<typeof HeaderMatcherSchema>

/** Envoy's response flag for calls that its filter for faults ended. */
const FAULT_INJECTED = 'FI'

/**
 * Denies the calls that match all headers. gRPC clients map 400 to INTERNAL and 401 to UNAUTHENTICATED. The access log shows the flag
 * `FI`, and the counter is `http.LISTENER.fault.aborts_injected`. No other filter of Envoy 1.40 ends calls with a status that the
 * configuration chooses.
 */
export function denyWith(httpStatus: number, headers: readonly Header[] = []): Any {
  return anyPack(
    HTTPFaultSchema,
    create(HTTPFaultSchema, {
      abort: { errorType: { case: 'httpStatus', value: httpStatus }, percentage: { numerator: 100 } },
      headers: [...headers],
    }),
  )
}

export const DENIAL_MESSAGES = [HTTPFaultSchema] as const

/** What callers read instead of "fault filter abort". @param condition which of the denials this is */
export function denialText(
  condition: MessageInitShape<typeof AccessLogFilterSchema>,
  text: string,
): HttpConnectionManagerParts {
  const flagged = { case: 'responseFlagFilter' as const, value: { flags: [FAULT_INJECTED] } }
  const filters = [{ filterSpecifier: flagged }, condition]
  return {
    localReplyConfig: {
      mappers: [
        {
          filter: { filterSpecifier: { case: 'andFilter', value: { filters } } },
          body: { specifier: { case: 'inlineString', value: text } },
        },
      ],
    },
  }
}
