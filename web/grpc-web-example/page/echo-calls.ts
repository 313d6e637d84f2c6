// What both flavours of the client offer, so that a page can be written once and the two compared line by line.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { EchoRequestSchema, EchoResponse } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { Detail } from './error-details.ts'

export type EchoRequestInit = MessageInitShape<typeof EchoRequestSchema>

/** Keys in lower case. A key that ends in `-bin` has its bytes in base64. */
export type Metadata = Readonly<Record<string, string>>

export interface CallOptions {
  readonly metadata?: Metadata
  /** From now, in milliseconds. The server learns it from the header `grpc-timeout`. */
  readonly timeoutMs?: number
  /** Cancels the call. */
  readonly signal?: AbortSignal
  /** Called with each message when it arrives, which for a stream is before its end. */
  readonly onMessage?: (message: EchoResponse) => void
}

/** How a call ended. A call that failed is no exception here, so that callers can show all of it. */
export interface Outcome {
  /** gRPC's status, 0 to 16. */
  readonly code: number
  /** Empty with status 0. */
  readonly text: string
  /** Of `google.rpc`, from the trailer `grpc-status-details-bin`. */
  readonly details: readonly Detail[]
  readonly messages: readonly EchoResponse[]
  readonly headers: Metadata
  readonly trailers: Metadata
}

export interface EchoCalls {
  unary(request: EchoRequestInit, options?: CallOptions): Promise<Outcome>
  serverStream(request: EchoRequestInit, options?: CallOptions): Promise<Outcome>
}
