// A service that answers the unary calls of one method at most, and never reads from streams.

import { once } from 'node:events'
import { createServer, type Http2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { EMPTY_GRPC_FRAME } from '../../core/grpc-framing.ts'
import type { Teardowns } from './real-envoy.ts'

const OK = { 'grpc-status': '0' }
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' }

/**
 * @param unary the path of the method that it answers with an empty message. Default: none, so that it never answers
 * @param isEnded may end a call of that method itself
 */
export async function startStallingService(
  t: Teardowns,
  unary?: string,
  isEnded: (stream: ServerHttp2Stream) => boolean = () => false,
): Promise<string> {
  const sessions = new Set<Http2Session>()
  const server = createServer()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {})
    if (headers[':path'] !== unary || isEnded(stream)) return
    stream.respond(HEADERS, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(OK))
    stream.resume()
    stream.end(EMPTY_GRPC_FRAME)
  })
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
