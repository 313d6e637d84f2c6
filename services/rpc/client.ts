// Calls a protobuf-es service through grpc-js: promises and async iterables instead of callbacks and events.
import type { Writable } from 'node:stream'
import { Readable } from 'node:stream'
import type { DescMessage, DescService, Message } from '@bufbuild/protobuf'
import type {
  ChannelCredentials,
  ClientOptions,
  CallOptions as GrpcCallOptions,
  ServiceError,
} from '@grpc/grpc-js'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import type { CallOfKind, CallOptions, MethodKind, RpcClient } from './method-types.ts'
import type { RpcMethod } from './service-definition.ts'
import { MAX_MESSAGE_BYTES, rpcMethod } from './service-definition.ts'
import { RpcStatusError } from './status-error.ts'

type Calls = CallOfKind<DescMessage, DescMessage>

/**
 * Creates a client of `desc` with its own channel to `address` (`host:port` or `unix:/path`).
 * Without `credentials` the channel is plaintext; `options` are grpc-js's channel options.
 */
export function createClient<S extends DescService>(
  desc: S,
  address: string,
  settings: { readonly credentials?: ChannelCredentials; readonly options?: ClientOptions } = {},
): RpcClient<S> {
  const client = new Client(address, settings.credentials ?? credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    ...settings.options,
  })
  const calls = desc.methods.map((method) => [
    method.localName,
    CALLERS[method.methodKind](client, rpcMethod(method)),
  ])
  return { ...Object.fromEntries(calls), close: () => client.close() }
}

const CALLERS: { readonly [K in MethodKind]: (client: Client, method: RpcMethod) => Calls[K] } = {
  unary:
    (client, { path, requestSerialize, responseDeserialize }) =>
    (request, options = {}) =>
      settle(options, (done) =>
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          ...grpcArguments(options),
          done,
        ),
      ),

  client_streaming:
    (client, { path, requestSerialize, responseDeserialize }) =>
    async (requests, options = {}) => {
      const source = Readable.from(requests)
      try {
        return await settle(options, (done) =>
          send(
            source,
            client.makeClientStreamRequest(
              path,
              requestSerialize,
              responseDeserialize,
              ...grpcArguments(options),
              done,
            ),
          ),
        )
      } catch (error) {
        throw source.errored ?? error
      } finally {
        source.destroy()
      }
    },

  server_streaming: (client, { path, requestSerialize, responseDeserialize }) =>
    async function* (request, options = {}) {
      yield* receive(
        client.makeServerStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          ...grpcArguments(options),
        ),
        options,
      )
    },

  bidi_streaming: (client, { path, requestSerialize, responseDeserialize }) =>
    async function* (requests, options = {}) {
      const source = Readable.from(requests)
      try {
        const call = client.makeBidiStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          ...grpcArguments(options),
        )
        yield* receive(send(source, call), options)
      } catch (error) {
        throw source.errored ?? error
      } finally {
        source.destroy()
      }
    },
}

/** Starts a call with one response, and waits for the response or an error status. */
function settle(
  { signal }: CallOptions,
  start: (done: (error: ServiceError | null, response?: Message) => void) => Cancellable,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const call = start((error, response) => {
      release()
      if (response) resolve(response)
      else reject(RpcStatusError.from(error))
    })
    const release = cancelOn(signal, call)
  })
}

/** Pipes the requests into the call, with backpressure. An error of the requests cancels the call. */
function send<C extends Cancellable & Writable>(requests: Readable, call: C): C {
  requests.on('error', () => call.cancel())
  requests.pipe(call)
  return call
}

async function* receive(
  call: Cancellable & Readable,
  { signal }: CallOptions,
): AsyncGenerator<Message, void> {
  const release = cancelOn(signal, call)
  // The iterator handles errors while it runs. After the loop has ended early, the status arrives here and is ignored.
  call.on('error', () => {})
  try {
    yield* call
  } catch (error) {
    throw RpcStatusError.from(error)
  } finally {
    release()
    call.cancel()
  }
}

interface Cancellable {
  cancel(): void
}

/** Cancels the call when the signal aborts. @returns a function that stops listening */
function cancelOn(signal: AbortSignal | undefined, call: Cancellable): () => void {
  const cancel = () => call.cancel()
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel)
  return () => signal?.removeEventListener('abort', cancel)
}

function grpcArguments({ metadata, deadline }: CallOptions): [Metadata, GrpcCallOptions] {
  return [metadata ?? new Metadata(), deadline === undefined ? {} : { deadline }]
}
