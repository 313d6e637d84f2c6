// A gRPC service over plain HTTP/2 that keeps the headers of each call as they came, and a caller that shows the whole answer.

import { once } from 'node:events'
import {
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { EMPTY_GRPC_FRAME } from '../../core/grpc-framing.ts'
import type { Teardowns } from './real-envoy.ts'

export interface Witness {
  readonly address: string
  /** The headers of the calls, the newest last, with `:path` and `:authority`. */
  readonly seen: readonly IncomingHttpHeaders[]
}

/** @param own headers of its answers besides those of gRPC; with a `grpc-status`, its answers are errors without a message */
export async function startWitness(t: Teardowns, own: OutgoingHttpHeaders = {}): Promise<Witness> {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer()
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers) => {
    seen.push(headers)
    stream.on('error', () => {})
    const answer = { ':status': 200, 'content-type': 'application/grpc', ...own }
    if ('grpc-status' in own) return stream.respond(answer, { endStream: true })
    stream.respond(answer, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    return stream.end(EMPTY_GRPC_FRAME)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** What came back, with the trailers among the headers, and the body as text. */
export interface WholeAnswer {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** One call on a connection of its own, as gRPC unless the headers say another content type. */
export async function callWhole(
  address: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
): Promise<WholeAnswer> {
  const session = connect(`http://${address}`)
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    let got: IncomingHttpHeaders = {}
    const keep = (part: IncomingHttpHeaders) => {
      got = { ...got, ...part }
    }
    stream.on('response', keep).on('trailers', keep)
    let body = ''
    stream.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    if (headers[':method'] !== 'GET') stream.end(EMPTY_GRPC_FRAME)
    await once(stream, 'close')
    return { headers: got, body }
  } finally {
    session.destroy()
  }
}
