// Calls as no honest client makes them: any path and any header bytes, on HTTP/2 without a gRPC library in between.

import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2'
import type { Teardowns } from './real-envoy.ts'

export interface RawCall {
  readonly path: string
  /** Values are sent byte for byte as Latin-1; a list sends the header more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** One message, without its frame of length; an empty one unless given. */
  readonly message?: Uint8Array
}

export interface RawAnswer {
  /** The gRPC status: as it was sent, or what a client makes of the HTTP status or of a reset. */
  readonly status: number
  /** HTTP's; 0 where the stream was reset before one came. */
  readonly httpStatus: number
  readonly details: string
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const STATUS_OF_HTTP: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
}
const UNKNOWN = 2
const INTERNAL = 13

export interface RawConnection {
  readonly call: (call: RawCall) => Promise<RawAnswer>
  /** Ends the connection; the next call opens another. */
  readonly hangUp: () => void
}

/** One connection for all calls; a new one where the other side has ended it. */
export function connectRaw(t: Teardowns, address: string): RawConnection {
  let session: ClientHttp2Session | undefined
  const open = () => {
    if (session === undefined || session.destroyed || session.closed) {
      session = connect(`http://${address}`)
      session.on('error', () => {})
    }
    return session
  }
  const hangUp = () => session?.destroy()
  t.teardown(hangUp)
  return { call: (call) => answerOf(open(), call), hangUp }
}

async function answerOf(
  session: ClientHttp2Session,
  { path, headers = {}, message = new Uint8Array() }: RawCall,
): Promise<RawAnswer> {
  let stream: ReturnType<ClientHttp2Session['request']>
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  let answer: IncomingHttpHeaders = {}
  try {
    stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_AUTHORITY]: 'edge',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(headers as Record<string, string | string[]>),
    })
    stream.on('response', (first) => {
      answer = { ...answer, ...first }
    })
    stream.on('trailers', (last) => {
      answer = { ...answer, ...last }
    })
    stream.on('error', () => {})
    stream.resume()
    stream.end(frame)
    await once(stream, 'close')
  } catch {
    return { status: INTERNAL, httpStatus: 0, details: 'the stream was reset' }
  }
  const httpStatus = Number(answer[':status'] ?? 0)
  const sent = answer['grpc-status']
  const status =
    sent !== undefined ? Number(sent) : httpStatus === 0 ? INTERNAL : (STATUS_OF_HTTP[httpStatus] ?? UNKNOWN)
  return { status, httpStatus, details: String(answer['grpc-message'] ?? '') }
}
