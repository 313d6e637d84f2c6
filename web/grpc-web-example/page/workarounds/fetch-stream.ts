// Client streaming by hand: a request whose body is a stream. Browsers that have it (Chromium does) send it over HTTP/2 and HTTP/3 only.
// https://developer.chrome.com/docs/capabilities/web-apis/fetch-streaming-requests

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  type EchoResponse,
  EchoResponseSchema,
  type EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { EchoRequestInit, Metadata } from '../echo-calls.ts'
import { FrameReader, frameOf, readTrailers } from '../frames.ts'
import { pathOf } from '../google-methods.ts'

type StreamingMethod = typeof EchoService.method.clientStream | typeof EchoService.method.bidirectional

/** Whether the browser reads the body of a request bit by bit; one that does not makes a text of it, with a content type. */
export function hasFetchStreams(): boolean {
  let isAsked = false
  const hasType = new Request('https://browser.example', {
    method: 'POST',
    body: new ReadableStream(),
    get duplex() {
      isAsked = true
      return 'half'
    },
  } as RequestInit).headers.has('content-type')
  return isAsked && !hasType
}

export interface FetchStream {
  readonly send: (request: EchoRequestInit) => Promise<void>
  /** Half-closes the call. */
  readonly end: () => Promise<void>
  /** All messages of the response and its trailers. */
  readonly answer: Promise<{ readonly messages: readonly EchoResponse[]; readonly trailers: Metadata }>
}

/** `half`: the browser shows the response only after the end of the request, so that this is client streaming and no more. */
export function fetchStream(
  baseUrl: string,
  method: StreamingMethod,
  {
    metadata = {},
    onMessage,
  }: { readonly metadata?: Metadata; readonly onMessage?: (one: EchoResponse) => void } = {},
): FetchStream {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>()
  const writer = writable.getWriter()
  const read = async () => {
    const response = await fetch(`${baseUrl}${pathOf(method)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1', ...metadata },
      body: readable,
      duplex: 'half',
    } as RequestInit)
    const reader = new FrameReader()
    const messages: EchoResponse[] = []
    let trailers: Metadata = {}
    for await (const piece of response.body ?? []) {
      for (const { kind, content } of reader.take(piece)) {
        if (kind === 'trailers') trailers = readTrailers(content)
        else {
          const message = fromBinary(EchoResponseSchema, content)
          messages.push(message)
          onMessage?.(message)
        }
      }
    }
    return { messages, trailers }
  }
  return {
    send: (request) => writer.write(frameOf(toBinary(EchoRequestSchema, create(EchoRequestSchema, request)))),
    end: () => writer.close(),
    answer: read(),
  }
}
