// Calls as no honest client makes them: any path and any header bytes, on HTTP/2 without a gRPC library in between.

import {
  type ClientHttp2Session,
  type ClientSessionOptions,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2'
import type { Teardowns } from './real-envoy.ts'

export interface RawCall {
  readonly path: string
  /** Values are sent byte for byte as Latin-1; a list sends the header more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** One message, without its frame of length; an empty one unless given. */
  readonly message?: Uint8Array
  /** Whether the message is said to be compressed, by what the header `grpc-encoding` names. */
  readonly isCompressed?: boolean
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
/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors */
const STATUS_OF_RESET: Readonly<Record<number, number>> = { [constants.NGHTTP2_ENHANCE_YOUR_CALM]: 8 }

const LARGEST_HEADERS_BYTES = 1024 * 1024
/** Node would refuse a second `authorization`, and large headers, by itself; @types/node does not know the first option yet. */
const UNCHECKED: ClientSessionOptions & { readonly strictSingleValueFields: boolean } = {
  strictSingleValueFields: false,
  maxSendHeaderBlockLength: LARGEST_HEADERS_BYTES,
}

const UNKNOWN = 2
const INTERNAL = 13
/** Where nobody has greeted back, as after a handshake that failed. */
const UNAVAILABLE = 14

export interface RawConnection {
  readonly call: (call: RawCall) => Promise<RawAnswer>
  /** Ends the connection; the next call opens another. */
  readonly hangUp: () => void
}

/** Whom a client trusts, and who it says that it is, in PEM. */
export interface RawIdentity {
  readonly ca: string
  readonly cert?: string
  readonly key?: string
}

/** One connection for all calls, under TLS with an identity; a new one where the other side has ended it. */
export function connectRaw(t: Teardowns, address: string, identity?: RawIdentity): RawConnection {
  const scheme = identity === undefined ? 'http' : 'https'
  const settings = { ...UNCHECKED, ...identity, ...(identity && { servername: 'localhost' }) }
  let session: ClientHttp2Session | undefined
  let isGreeted = false
  const open = () => {
    if (session === undefined || session.destroyed || session.closed) {
      isGreeted = false
      session = connect(`${scheme}://${address}`, settings)
      session.on('error', () => {})
      session.once('remoteSettings', () => {
        isGreeted = true
      })
    }
    return session
  }
  const hangUp = () => session?.destroy()
  t.teardown(hangUp)
  const call = async (call: RawCall) => {
    const answer = await answerOf(open(), call)
    return answer.httpStatus === 0 && !isGreeted ? { ...answer, status: UNAVAILABLE } : answer
  }
  return { call, hangUp }
}

async function answerOf(
  session: ClientHttp2Session,
  { path, headers = {}, message = new Uint8Array(), isCompressed = false }: RawCall,
): Promise<RawAnswer> {
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt8(Number(isCompressed))
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  const stream = session.request(flatten(path, headers))
  let answer: IncomingHttpHeaders = {}
  const keep = (part: IncomingHttpHeaders) => {
    answer = { ...answer, ...part }
  }
  stream.on('response', keep).on('trailers', keep)
  // A reset says so here, and its status is told by what is missing then.
  stream.on('error', () => {})
  stream.resume()
  stream.end(frame)
  // An answer may come before all of the request has gone out: then nobody takes the rest of it.
  await new Promise((resolve) => stream.once('close', resolve).once('end', resolve))
  stream.close()
  const httpStatus = Number(answer[':status'] ?? 0)
  const sent = answer['grpc-status']
  const status =
    sent !== undefined
      ? Number(sent)
      : httpStatus === 0
        ? (STATUS_OF_RESET[stream.rstCode ?? 0] ?? INTERNAL)
        : (STATUS_OF_HTTP[httpStatus] ?? UNKNOWN)
  return { status, httpStatus, details: String(answer['grpc-message'] ?? '') }
}

/** Names and values by turns: unlike in an object, Node sends any header as often as it stands there. */
function flatten(path: string, headers: NonNullable<RawCall['headers']>): string[] {
  return [
    ...[constants.HTTP2_HEADER_METHOD, 'POST', constants.HTTP2_HEADER_SCHEME, 'http'],
    ...[constants.HTTP2_HEADER_PATH, path, constants.HTTP2_HEADER_AUTHORITY, 'edge'],
    ...['content-type', 'application/grpc', 'te', 'trailers'],
    ...Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value])),
  ]
}
