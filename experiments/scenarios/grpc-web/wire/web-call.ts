// One call of gRPC-Web over HTTP/1.1, as the bytes say it: no client library hides what a proxy or a server does.

import { once } from 'node:events'
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { toGrpcFrame } from '../../../../core/grpc-framing.ts'
import { Base64Reader, type Frame, FrameReader, toTrailers } from './frames.ts'

/** `binary` is application/grpc-web+proto, `text` is application/grpc-web-text+proto: the same in base64. */
export type Mode = 'binary' | 'text'

export const CONTENT_TYPES: Readonly<Record<Mode, string>> = {
  binary: 'application/grpc-web+proto',
  text: 'application/grpc-web-text+proto',
}

export interface WebCall {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** `PACKAGE.SERVICE/METHOD` */
  readonly method: string
  readonly mode?: Mode
  /** In the body of the request, one after the other. */
  readonly messages: readonly Uint8Array[]
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Default: a connection of its own. */
  readonly agent?: Agent
  /** Called with each frame of the answer when it arrives. */
  readonly onFrame?: (frame: Frame) => void
}

export interface WebAnswer {
  readonly http: number
  readonly contentType: string
  readonly headers: IncomingHttpHeaders
  /** The messages in the body. */
  readonly messages: readonly Uint8Array[]
  /** From the last frame of the body; undefined without one. */
  readonly trailers: Readonly<Record<string, string>> | undefined
  /** Where the status is: in the body's trailers, or in the headers of an answer without a body. */
  readonly statusIn: 'trailers' | 'headers' | 'none'
  /** gRPC's number; undefined if it is missing. */
  readonly status: number | undefined
  /** The text with the status, decoded. */
  readonly message: string
  /** The text of an answer that is not gRPC-Web. */
  readonly text: string
}

/** @throws what the socket says, if the server closes the connection or `signal` aborts */
export async function callWeb({
  url,
  method,
  mode = 'binary',
  messages,
  headers = {},
  signal,
  agent = new Agent(),
  onFrame = () => {},
}: WebCall): Promise<WebAnswer> {
  const frame = Buffer.concat(messages.map((one) => toGrpcFrame(one)))
  const body = mode === 'text' ? frame.toString('base64') : frame
  const sent = request(`${url}/${method}`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': CONTENT_TYPES[mode], accept: CONTENT_TYPES[mode], 'x-grpc-web': '1' },
      ...headers,
    },
    agent,
    ...(signal && { signal }),
  })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const contentType = response.headers['content-type'] ?? ''
  const frames: Frame[] = []
  let text = ''
  if (contentType.startsWith('application/grpc')) {
    const isText = contentType.startsWith('application/grpc-web-text')
    const [reader, base64] = [new FrameReader(), new Base64Reader()]
    for await (const piece of response as AsyncIterable<Buffer>) {
      for (const one of reader.push(isText ? base64.push(piece.toString('latin1')) : piece)) {
        frames.push(one)
        onFrame(one)
      }
    }
  } else text = await textOf(response)
  const fromServer = response.headers
  return {
    ...{ http: response.statusCode ?? 0, contentType, headers: fromServer, text },
    ...read(frames, fromServer),
  }
}

/** An answer without a body that matters, such as that of a preflight. */
export interface PlainAnswer {
  readonly http: number
  readonly headers: IncomingHttpHeaders
}

/** What a browser asks before a call of a page of another origin, on a connection of its own. */
export async function preflight(
  { url, method }: Pick<WebCall, 'url' | 'method'>,
  origin: string,
  wanted: readonly string[] = ['content-type', 'x-grpc-web', 'grpc-timeout'],
): Promise<PlainAnswer> {
  const sent = request(`${url}/${method}`, {
    method: 'OPTIONS',
    agent: new Agent(),
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': wanted.join(','),
    },
  })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  return { http: response.statusCode ?? 0, headers: response.headers }
}

function read(frames: readonly Frame[], headers: IncomingHttpHeaders) {
  const headerOf = (name: string) => [headers[name] ?? []].flat()[0]
  const last = frames.find(({ kind }) => kind === 'trailers')
  const trailers = last && toTrailers(last.bytes)
  const fromHeaders = headerOf('grpc-status')
  const status = trailers?.['grpc-status'] ?? fromHeaders
  const statusIn: WebAnswer['statusIn'] =
    trailers?.['grpc-status'] !== undefined ? 'trailers' : fromHeaders === undefined ? 'none' : 'headers'
  return {
    messages: frames.filter(({ kind }) => kind === 'message').map(({ bytes }) => bytes),
    trailers,
    statusIn,
    status: status === undefined ? undefined : Number(status),
    message: decodeURIComponent(trailers?.['grpc-message'] ?? headerOf('grpc-message') ?? ''),
  }
}
