// A server that stands in for an endpoint of the user: it answers every method of gRPC over HTTP/2, and records what reached it.

import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import type { Issued } from '../../testbed/certificates/authority.ts'
import { CELL_HEADER } from './cell-header.ts'
import { type CellRecords, UNKNOWN_METHOD } from './cell-records.ts'

export interface StandInOptions {
  /** The upstream that it stands in for. */
  readonly upstream: string
  readonly protocol: 'http1' | 'http2'
  /** Its certificate, if Envoy calls it over TLS. */
  readonly tls?: Issued
  readonly records: CellRecords
}

export interface StandIn {
  /** `127.0.0.1:PORT` */
  readonly address: string
  close(): Promise<void>
}

/** Health checks are answered too: of gRPC with SERVING, of HTTP with 200. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  return options.protocol === 'http1' ? startHttp1(options) : startHttp2(options)
}

async function startHttp2({ upstream, tls, records }: StandInOptions): Promise<StandIn> {
  const server: Http2Server =
    tls === undefined
      ? createHttp2Server()
      : createSecureServer({
          cert: tls.certificate,
          key: tls.key,
          requestCert: true,
          rejectUnauthorized: false,
        })
  server.on('session', (session) => session.on('error', () => {}))
  server.on('sessionError', () => {})
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    void answer(stream, headers, upstream, records)
  })
  return listening(server)
}

async function startHttp1({ upstream, records }: StandInOptions): Promise<StandIn> {
  const server = createServer((request, response) => {
    const cell = request.headers[CELL_HEADER]
    if (typeof cell === 'string') records.arrive(cell, upstream, { ...request.headers })
    request.resume().on('end', () => response.end())
  })
  return listening(server)
}

async function listening(server: Http2Server | HttpServer): Promise<StandIn> {
  // Also those that have not sent a byte: the server would wait for their end.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** `HealthCheckResponse { status: SERVING }` */
const SERVING = Uint8Array.of(0x08, 0x01)
const HEALTH = '/grpc.health.v1.Health/'

async function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: string,
  records: CellRecords,
): Promise<void> {
  const path = String(headers[':path'] ?? '')
  const cell = headers[CELL_HEADER]
  // Envoy marks the copies of a mirror by the end of their authority.
  const isMirrored = String(headers[':authority'] ?? '').endsWith('-shadow')
  const isCall = typeof cell === 'string' && !isMirrored
  const reply = isCall ? records.arrive(cell, upstream, headers) : records.replyTo(path)
  // The request is read to its end even if the answer fails: an early end would reset the stream.
  stream.resume()
  await once(stream, 'end').catch(() => {})
  if (reply.delayMs > 0) await setTimeout(reply.delayMs)
  if (stream.destroyed) return
  const kind = String(headers['content-type'] ?? '')
  if (!kind.startsWith('application/grpc') || kind.startsWith('application/grpc-web')) {
    // A check of HTTP, or a page of a browser whose gRPC-Web no filter has translated.
    stream.respond({ ':status': kind === '' ? 200 : 415 }, { endStream: true })
  } else if (!isCall && path.startsWith(HEALTH)) {
    send(stream, { status: 0, message: '', body: SERVING, headers: {} }, path === `${HEALTH}Watch`)
  } else {
    const message =
      reply.status === UNKNOWN_METHOD
        ? 'not a method of the protos'
        : 'this call fails as its backend says in the test file'
    send(stream, { ...reply, message: reply.status === 0 ? '' : message })
  }
}

interface Reply {
  readonly status: number
  readonly message: string
  readonly body: Uint8Array
  readonly headers: OutgoingHttpHeaders
}

/** @param stays whether the stream is left open after the message */
function send(stream: ServerHttp2Stream, { status, message, body, headers }: Reply, stays = false): void {
  const start = { ':status': 200, 'content-type': 'application/grpc', ...headers }
  if (status !== 0) {
    stream.respond({ ...start, 'grpc-status': String(status), 'grpc-message': message }, { endStream: true })
    return
  }
  stream.respond(start, { waitForTrailers: !stays })
  if (!stays) stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  const frame = toGrpcFrame(body)
  if (stays) stream.write(frame)
  else stream.end(frame)
}
