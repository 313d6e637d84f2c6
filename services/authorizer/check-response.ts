// A decision as Envoy's CheckResponse.

import type { MessageInitShape } from '@bufbuild/protobuf'
import { HeaderValueOption_HeaderAppendAction } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { CheckResponseSchema } from '@envoy/xds-protos/envoy/service/auth/v3/external_auth_pb.js'
import { StatusCode } from '@envoy/xds-protos/envoy/type/v3/http_status_pb.js'
import { status } from '@grpc/grpc-js'
import { type Decision, OWNED_PREFIX } from './decision.ts'

/**
 * @param sent the names of the call's headers. Those that only the authorizer may set are overwritten or removed, so a client
 *   cannot claim a role
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
        // For a gRPC call, Envoy turns this into status 7 with the body as its message.
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
