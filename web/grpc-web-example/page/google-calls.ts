// The client by Google's grpc-web: callbacks and events over the browser's XMLHttpRequest.
// https://github.com/grpc/grpc-web

import { type EchoResponse, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { type ClientReadableStream, GrpcWebClientBase, type RpcError } from 'grpc-web'
import type { CallOptions, EchoCalls, Metadata, Outcome } from './echo-calls.ts'
import { detailsOf } from './error-details.ts'
import { googleMethod } from './google-methods.ts'

const UNARY = googleMethod(EchoService.method.unary)
const SERVER_STREAM = googleMethod(EchoService.method.serverStream)

/** `text` is base64: a browser hands out the text of a response while it arrives, and its bytes only at the end. */
export type Format = 'text' | 'binary'

/** @param baseUrl of the proxy, such as `https://edge.example` */
export function googleCalls(baseUrl: string, format: Format): EchoCalls {
  const client = new GrpcWebClientBase({ format })
  const urlOf = (method: { getName(): string }) => `${baseUrl}${method.getName()}`
  return {
    unary: (request, options = {}) =>
      outcomeOf(options, (metadata, end) =>
        client.rpcCall(urlOf(UNARY), request, metadata, UNARY, (error, message) => end(error, message)),
      ),
    serverStream: (request, options = {}) =>
      outcomeOf(options, (metadata, end, take) =>
        client
          .serverStreaming(urlOf(SERVER_STREAM), request, metadata, SERVER_STREAM)
          .on('data', take)
          .on('error', (error) => end(error))
          .on('end', () => end()),
      ),
  }
}

type End = (error?: RpcError | null, message?: EchoResponse) => void
type Start = (
  metadata: Record<string, string>,
  end: End,
  take: (message: EchoResponse) => void,
) => ClientReadableStream<EchoResponse>

function outcomeOf(
  { metadata = {}, timeoutMs, signal, onMessage }: CallOptions,
  start: Start,
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const messages: EchoResponse[] = []
  let headers: Metadata = {}
  let trailers: Metadata = {}
  const take = (message: EchoResponse) => {
    messages.push(message)
    onMessage?.(message)
  }
  const end: End = (error, message) => {
    if (message) take(message)
    const { code = 0, metadata: received = {} } = error ?? {}
    const all = { ...received, ...trailers }
    const details = detailsOf(all['grpc-status-details-bin'])
    resolve({ code, text: error?.message ?? '', details, messages, headers, trailers: all })
  }
  // The client turns this key into the header `grpc-timeout`.
  const deadline = timeoutMs === undefined ? {} : { deadline: String(Date.now() + timeoutMs) }
  const stream = start({ ...metadata, ...deadline }, end, take)
  stream.on('metadata', (received) => {
    headers = received
  })
  stream.on('status', (status) => {
    trailers = status.metadata ?? {}
  })
  // A call that is cancelled has no event.
  signal?.addEventListener('abort', () => {
    stream.cancel()
    resolve({ code: 1, text: 'cancelled by this page', details: [], messages, headers, trailers })
  })
  return promise
}
