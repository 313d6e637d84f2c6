// A server that speaks HTTP/2 and not always gRPC: it answers as the header `x-answer` of a call asks.

import { once } from 'node:events'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { EMPTY_GRPC_FRAME } from '../../../../core/grpc-framing.ts'

/** The metadata by which a call chooses its answer. */
export const ANSWER_HEADER = 'x-answer'

export interface ForeignServer {
  readonly address: string
  readonly close: () => Promise<void>
}

/**
 * Answers: `http-404` and so on, an HTTP status with a page; `reset-8`, RST_STREAM with this code; `status-42`, any number as the
 * gRPC status; `no-status`, a gRPC answer whose stream ends without trailers; `cut-off`, a message that ends before its length; `never`, nothing.
 */
export async function startForeignServer(): Promise<ForeignServer> {
  const server = createServer()
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    stream.resume()
    // A client that still sends when the answer is complete would see a reset.
    stream.on('end', () => answer(stream, String(headers[ANSWER_HEADER])))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const session of sessions) session.destroy()
      server.close()
    },
  }
}

function answer(stream: ServerHttp2Stream, wanted: string): void {
  const [, kind = '', number = ''] = /^([a-z-]+?)(?:-(\d+))?$/.exec(wanted) ?? []
  const grpc = { ':status': 200, 'content-type': 'application/grpc' }
  switch (kind) {
    case 'http':
      stream.respond({ ':status': Number(number), 'content-type': 'text/html' })
      stream.end(`<html><body>${number}</body></html>`)
      return
    case 'reset':
      stream.close(Number(number))
      return
    case 'status':
      stream.respond(
        { ...grpc, 'grpc-status': number, 'grpc-message': 'of another world' },
        { endStream: true },
      )
      return
    case 'no-status':
      stream.respond(grpc)
      stream.end(EMPTY_GRPC_FRAME)
      return
    case 'cut-off':
      stream.respond(grpc, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from([0, 0, 0, 0, 9, 1]))
      return
    case 'never':
      return
    default:
      stream.respond({ ':status': 500 })
      stream.end(`${wanted} is no answer`)
  }
}
