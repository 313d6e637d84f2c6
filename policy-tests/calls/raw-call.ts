// Calls that gRPC clients do not make: any path and any header bytes, over plain HTTP/2 without a gRPC library.

import {
  type ClientHttp2Session,
  type ClientSessionOptions,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2'
import { COMPRESSED, toGrpcFrame } from '../../core/grpc-framing.ts'
import { Timer } from '../../core/timer.ts'
import { readWebTrailers } from './web-trailers.ts'

export interface RawCall {
  readonly path: string
  /** Values are sent byte for byte as Latin-1; a list sends the header more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Metadata behind the message, which gRPC has in answers only. */
  readonly trailers?: Readonly<Record<string, string>>
  /** One message without its length prefix. Default: empty. */
  readonly message?: Uint8Array
  /** Several messages, instead of one. */
  readonly messages?: readonly Uint8Array[]
  /** The compressed flag of the message; the header `grpc-encoding` names the encoding. */
  readonly isCompressed?: boolean
  /** Default: `edge`. */
  readonly authority?: string
  /** Whether the call is made as a page in a browser makes it, by gRPC-Web. Default: false. */
  readonly isWeb?: boolean
  /** The caller cancels the call after this time. Default: never. */
  readonly deadlineMs?: number
}

export interface RawAnswer {
  /** The gRPC status: as received, or mapped from the HTTP status or a reset. */
  readonly status: number
  /** The HTTP status; 0 if the stream was reset before it. */
  readonly httpStatus: number
  readonly details: string
  /** Of the answer and its trailers, by names in lower case; several values are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>
}

/** What ends together with a test, or with a run. */
export interface Endings {
  readonly teardown: (end: () => unknown) => unknown
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
/** By default Node rejects a second `authorization` and large headers. @types/node does not have the first option yet. */
const UNCHECKED: ClientSessionOptions & { readonly strictSingleValueFields: boolean } = {
  strictSingleValueFields: false,
  maxSendHeaderBlockLength: LARGEST_HEADERS_BYTES,
}

const UNKNOWN = 2
const DEADLINE_EXCEEDED = 4
const INTERNAL = 13
/** The status without a connection, for example after a failed handshake. */
const UNAVAILABLE = 14

export interface RawConnection {
  readonly call: (call: RawCall) => Promise<RawAnswer>
  /** Closes the connection. The next call opens another. */
  readonly hangUp: () => void
}

/** The CA that a client trusts, and its certificate, in PEM. */
export interface RawIdentity {
  readonly ca: string
  readonly cert?: string
  readonly key?: string
  /** The host name that the certificate of the server must have. Default: `localhost`. */
  readonly servername?: string
  /** Checks the names of the server instead of Node. */
  readonly checkServerIdentity?: () => Error | undefined
}

/** One connection for all calls, with TLS if there is an identity. If the peer ends it, the next call opens another. */
export function connectRaw(t: Endings, address: string, identity?: RawIdentity): RawConnection {
  const scheme = identity === undefined ? 'http' : 'https'
  const settings = { ...UNCHECKED, ...(identity && { servername: 'localhost' }), ...identity }
  let session: ClientHttp2Session | undefined
  let isGreeted = false
  let reason = 'the server ended the connection'
  const open = () => {
    if (session === undefined || session.destroyed || session.closed) {
      isGreeted = false
      session = connect(`${scheme}://${address}`, settings)
      session.on('error', ({ message }) => {
        reason = message
      })
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
    return answer.httpStatus === 0 && !isGreeted
      ? { ...answer, status: UNAVAILABLE, details: answer.details || reason }
      : answer
  }
  return { call, hangUp }
}

async function answerOf(
  session: ClientHttp2Session,
  {
    path,
    headers = {},
    message = new Uint8Array(),
    messages = [message],
    isCompressed = false,
    ...call
  }: RawCall,
): Promise<RawAnswer> {
  const waitForTrailers = call.trailers !== undefined
  const stream = session.request(flatten(path, headers, call), { waitForTrailers })
  stream.on('wantTrailers', () => stream.sendTrailers(call.trailers ?? {}))
  let answer: IncomingHttpHeaders = {}
  const keep = (part: IncomingHttpHeaders) => {
    answer = { ...answer, ...part }
  }
  stream.on('response', keep).on('trailers', keep)
  // A reset ends here. Without a status, the mapping below applies.
  stream.on('error', () => {})
  const body: Buffer[] = []
  if (call.isWeb) stream.on('data', (chunk: Buffer) => body.push(chunk))
  else stream.resume()
  stream.end(Buffer.concat(messages.map((one) => toGrpcFrame(one, isCompressed ? COMPRESSED : 0))))
  let isLate = false
  const late = new Timer(call.deadlineMs ?? Number.POSITIVE_INFINITY, () => {
    isLate = true
    stream.close(constants.NGHTTP2_CANCEL)
  })
  // An answer may arrive before the whole request is sent: the rest of it then fails to send.
  await new Promise((resolve) => stream.once('close', resolve).once('end', resolve))
  late.stop()
  stream.close()
  const answered = Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
  )
  if (isLate) {
    const details = 'the deadline of the caller'
    return { status: DEADLINE_EXCEEDED, httpStatus: 0, details, headers: answered }
  }
  if (call.isWeb) keep(readWebTrailers(Buffer.concat(body)))
  const httpStatus = Number(answer[':status'] ?? 0)
  const sent = answer['grpc-status']
  const status =
    sent !== undefined
      ? Number(sent)
      : httpStatus === 0
        ? (STATUS_OF_RESET[stream.rstCode ?? 0] ?? INTERNAL)
        : (STATUS_OF_HTTP[httpStatus] ?? UNKNOWN)
  return { status, httpStatus, details: String(answer['grpc-message'] ?? ''), headers: answered }
}

/** Alternating names and values: in this form Node sends a header more than once. */
function flatten(
  path: string,
  headers: NonNullable<RawCall['headers']>,
  { authority = 'edge', isWeb = false }: Pick<RawCall, 'authority' | 'isWeb'>,
): string[] {
  return [
    ...[constants.HTTP2_HEADER_METHOD, 'POST', constants.HTTP2_HEADER_SCHEME, 'http'],
    ...[constants.HTTP2_HEADER_PATH, path, constants.HTTP2_HEADER_AUTHORITY, authority],
    ...('content-type' in headers ? [] : ['content-type', isWeb ? WEB_TYPE : 'application/grpc']),
    ...(isWeb ? ['x-grpc-web', '1'] : ['te', 'trailers']),
    ...Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value])),
  ]
}

const WEB_TYPE = 'application/grpc-web+proto'
