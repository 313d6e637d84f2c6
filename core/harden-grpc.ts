// What gRPC servers of this process need against callers that grpc-js is not prepared for.

import { boundBinaryMetadata } from './bounded-metadata.ts'
import { outliveResetCalls } from './reset-calls.ts'

/** Call it before a server listens. Again, it changes nothing. */
export function hardenGrpc(): void {
  boundBinaryMetadata()
  outliveResetCalls()
}
