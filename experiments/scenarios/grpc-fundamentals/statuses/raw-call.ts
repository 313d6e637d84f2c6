// A gRPC call written by hand on node:http2, for what no library sends: bytes and headers as they are, and what comes back.

import { connect } from 'node:http2'

export interface RawCall {
  /** `HOST:PORT`. */
  readonly target: string
  readonly authority: string
  /** Such as `/switchyard.echo.v1.EchoService/Unary`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** The body, with the five bytes before each message. */
  readonly body: Uint8Array
}

export interface RawAnswer {
  readonly httpStatus: number
  readonly contentType: string
  /** Of headers or trailers; undefined without one. */
  readonly grpcStatus?: number
  readonly grpcMessage?: string
}

/** Rejects if the connection or the stream fails. */
export async function callRaw({ target, authority, path, headers, body }: RawCall): Promise<RawAnswer> {
  const session = connect(`http://${target}`)
  try {
    return await new Promise((resolve, reject) => {
      session.on('error', reject)
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        ':authority': authority,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      })
      let seen: Record<string, unknown> = {}
      const add = (more: object) => {
        seen = { ...seen, ...more }
      }
      stream.on('response', add).on('trailers', add).on('error', reject).resume()
      stream.on('close', () => resolve(answerOf(seen)))
      stream.end(body)
    })
  } finally {
    session.destroy()
  }
}

function answerOf(seen: Readonly<Record<string, unknown>>): RawAnswer {
  const { 'grpc-status': grpcStatus, 'grpc-message': grpcMessage } = seen
  return {
    httpStatus: Number(seen[':status']),
    contentType: String(seen['content-type'] ?? ''),
    ...(grpcStatus !== undefined && { grpcStatus: Number(grpcStatus) }),
    ...(grpcMessage !== undefined && { grpcMessage: decodeURIComponent(String(grpcMessage)) }),
  }
}
