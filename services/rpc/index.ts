// The adapter's face: protobuf-es services on grpc-js, as servers and as clients.
export { createClient } from './client.ts'
export {
  DETAILS_TRAILER,
  detailOf,
  detailsOf,
  type ErrorDetail,
  richError,
  withDetails,
} from './error-details.ts'
export type { CallContext, CallOptions, Implementation, RpcClient } from './method-types.ts'
export type { Explain, OnUnexpected } from './server.ts'
export { addService } from './server.ts'
export { MAX_MESSAGE_BYTES, rpcMethod, serviceDefinition } from './service-definition.ts'
export { RpcStatusError } from './status-error.ts'
