// A decision as Envoy's CheckResponse.

import type { MessageInitShape } from '@bufbuild/protobuf'
import { HeaderValueOption_HeaderAppendAction } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { CheckResponseSchema } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { StatusCode } from '@envoy/xds-protos/envoy/type/v3/http_status_pb.js'
import { status } from '@grpc/grpc-js'
import { type Decision, OWNED_PREFIX } from './decision.ts'

/**
 * @param sent the names of the call's headers: those that only the authorizer may set are overwritten or taken away, so that no
 *   service takes a client's word for its own role
 */
export function toCheckResponse(
  { allowed, reason, headers }: Decision,
  sent: readonly string[],
): MessageInitShape<typeof CheckResponseSchema> {
  if (!allowed) {
    return {
      status: { code: status.PERMISSION_DENIED, message: reason },
      httpResponse: {
        case: 'deniedResponse',
        // Of a gRPC call Envoy makes status 7 with the body as its text.
        value: { status: { code: StatusCode.Forbidden }, body: reason },
      },
    }
  }
  return {
    status: { code: status.OK },
    httpResponse: {
      case: 'okResponse',
      value: {
        headers: Object.entries(headers).map(([key, value]) => ({
          header: { key, value },
          appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
        })),
        headersToRemove: sent.filter((name) => name.startsWith(OWNED_PREFIX) && !(name in headers)),
      },
    },
  }
}
