// A story: one call, what each side does in it, and what must be seen.

import type { EchoRequest, EchoResponse } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type {
  ClientDuplexStream,
  ClientReadableStream,
  ClientUnaryCall,
  ClientWritableStream,
  Interceptor,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js'
import type { Moment } from './moment.ts'

type Sent = Partial<Pick<EchoRequest, 'message' | 'count' | 'payload'>>
type Answer = Partial<Pick<EchoResponse, 'message' | 'sequence' | 'payload'>>

/** Calls of grpc-js as they are: what an adapter would hide is what the stories are about. */
export interface EchoCalls {
  unary(request: Sent, done: (error: Error | null) => void): ClientUnaryCall
  serverStream(request: Sent): ClientReadableStream<EchoResponse>
  clientStream(done: (error: Error | null) => void): ClientWritableStream<Sent>
  bidirectional(): ClientDuplexStream<Sent, EchoResponse>
}

/** Handlers of grpc-js. A story has the one of its kind of call. */
export interface Handlers {
  unary(call: ServerUnaryCall<EchoRequest, Answer>, answer: sendUnaryData<Answer>): void
  serverStream(call: ServerWritableStream<EchoRequest, Answer>): void
  clientStream(call: ServerReadableStream<EchoRequest, Answer>, answer: sendUnaryData<Answer>): void
  bidirectional(call: ServerDuplexStream<EchoRequest, Answer>): void
}

export type Kind = keyof Handlers

export interface Story {
  /** Unique, such as `half-close`. */
  readonly id: string
  readonly kind: Kind
  readonly title: string
  /** What to see in it, from what was seen in the run. */
  readonly says: string | ((moments: readonly Moment[]) => string)
  readonly handler: Partial<Handlers>
  /** Makes the call. Resolves when the client has its status. */
  readonly client: (calls: EchoCalls) => Promise<void>
  /** Chains of moments that come in this order, directly and through a proxy. */
  readonly sees: readonly (readonly string[])[]
  /** Moments that do not come. */
  readonly never?: readonly string[]
}

export interface Channel {
  /** Calls that these interceptors see. */
  calls(interceptors?: readonly Interceptor[]): EchoCalls
  close(): void
}
