// What handlers and client calls look like, derived from a service's descriptor.
import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import type { Deadline, Metadata } from '@grpc/grpc-js'

export type MethodKind = DescMethod['methodKind']

/** What a handler gets besides the messages of a call. */
export interface CallContext {
  /** The request's metadata. */
  readonly metadata: Metadata
  /** The connection's remote address, `host:port`; `unknown` on a Unix socket. */
  readonly peer: string
  /** Aborted when the call is over: cancelled, past its deadline, cut off, or answered. */
  readonly signal: AbortSignal
  /** The client's deadline; undefined if it set none. */
  readonly deadline: Date | undefined
  /** Metadata after the last answer, with whatever status the call ends. A handler adds to it. */
  readonly trailers: Metadata
  /** Sends the metadata before the first answer now, once. Default: empty, with the first answer. */
  sendHeaders(headers: Metadata): void
}

/** The handler of each kind of method. Streams are async iterables; responses may be plain initializers. */
export interface HandlerOfKind<I extends DescMessage, O extends DescMessage> {
  unary: (request: MessageShape<I>, context: CallContext) => Promise<MessageInitShape<O>>
  server_streaming: (request: MessageShape<I>, context: CallContext) => AsyncIterable<MessageInitShape<O>>
  client_streaming: (
    requests: AsyncIterable<MessageShape<I>>,
    context: CallContext,
  ) => Promise<MessageInitShape<O>>
  bidi_streaming: (
    requests: AsyncIterable<MessageShape<I>>,
    context: CallContext,
  ) => AsyncIterable<MessageInitShape<O>>
}

/** A service's handlers by the `localName` of their methods. */
export type Implementation<S extends DescService> = {
  readonly [K in keyof S['method']]: HandlerOfKind<
    S['method'][K]['input'],
    S['method'][K]['output']
  >[S['method'][K]['methodKind']]
}

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call. */
  readonly signal?: AbortSignal
  /** A Date, or milliseconds since the epoch; none by default. */
  readonly deadline?: Deadline
  readonly metadata?: Metadata
}

type Sendable<T> = AsyncIterable<T> | Iterable<T>

/**
 * A client's call of each kind. It fails with `RpcStatusError`, with the error of its requests if those fail, or with a
 * plain Error if the client is closed. A call with a response stream starts with the first `next()`; leaving its loop
 * cancels it.
 */
export interface CallOfKind<I extends DescMessage, O extends DescMessage> {
  unary: (request: MessageInitShape<I>, options?: CallOptions) => Promise<MessageShape<O>>
  server_streaming: (
    request: MessageInitShape<I>,
    options?: CallOptions,
  ) => AsyncGenerator<MessageShape<O>, void>
  client_streaming: (
    requests: Sendable<MessageInitShape<I>>,
    options?: CallOptions,
  ) => Promise<MessageShape<O>>
  bidi_streaming: (
    requests: Sendable<MessageInitShape<I>>,
    options?: CallOptions,
  ) => AsyncGenerator<MessageShape<O>, void>
}

/** A service's calls by the `localName` of their methods, and `close()`, which ends the channel. */
export type RpcClient<S extends DescService> = {
  readonly [K in keyof S['method']]: CallOfKind<
    S['method'][K]['input'],
    S['method'][K]['output']
  >[S['method'][K]['methodKind']]
} & { readonly close: () => void }
