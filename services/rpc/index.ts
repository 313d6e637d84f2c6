// The adapter's face: protobuf-es services on grpc-js, as servers and as clients.
export { createClient } from './client.ts'
export type { CallContext, CallOptions, Implementation, RpcClient } from './method-types.ts'
export type { OnUnexpected } from './server.ts'
export { addService } from './server.ts'
export { MAX_MESSAGE_BYTES, serviceDefinition } from './service-definition.ts'
export { RpcStatusError } from './status-error.ts'
