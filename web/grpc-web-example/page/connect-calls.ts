// The client by connect-web: promises and async iterables over the browser's fetch.
// https://connectrpc.com/docs/web/using-clients

import { ConnectError, type CallOptions as ConnectOptions, createClient } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'
import { type EchoResponse, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { CallOptions, EchoCalls, Metadata, Outcome } from './echo-calls.ts'
import { detailsOf } from './error-details.ts'

/** @param baseUrl of the proxy, such as `https://edge.example` */
export function connectCalls(baseUrl: string): EchoCalls {
  const client = createClient(EchoService, createGrpcWebTransport({ baseUrl }))
  return {
    unary: (request, options) =>
      outcomeOf(options, async (callOptions, take) => take(await client.unary(request, callOptions))),
    serverStream: (request, options) =>
      outcomeOf(options, async (callOptions, take) => {
        for await (const message of client.serverStream(request, callOptions)) take(message)
      }),
  }
}

type Take = (message: EchoResponse) => void

async function outcomeOf(
  { metadata = {}, timeoutMs, signal, onMessage }: CallOptions = {},
  call: (options: ConnectOptions, take: Take) => Promise<void>,
): Promise<Outcome> {
  const messages: EchoResponse[] = []
  let headers: Metadata = {}
  let trailers: Metadata = {}
  const options: ConnectOptions = {
    headers: { ...metadata },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(signal && { signal }),
    onHeader: (received) => {
      headers = Object.fromEntries(received)
    },
    onTrailer: (received) => {
      trailers = Object.fromEntries(received)
    },
  }
  const take = (message: EchoResponse) => {
    messages.push(message)
    onMessage?.(message)
  }
  try {
    await call(options, take)
    return { code: 0, text: '', details: [], messages, headers, trailers }
  } catch (error) {
    const { code, rawMessage, metadata: received } = ConnectError.from(error)
    // Of a call that failed, connect gives headers and trailers as one.
    const all = Object.fromEntries(received)
    const details = detailsOf(all['grpc-status-details-bin'])
    return { code, text: rawMessage, details, messages, headers, trailers: { ...all, ...trailers } }
  }
}
