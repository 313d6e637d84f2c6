// An endpoint that health checks of all kinds ask at one port, and that answers unary calls of the echo service all the same.

import { once } from 'node:events'
import { createServer as createHttp1 } from 'node:http'
import {
  constants,
  createServer as createHttp2,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { create, toBinary } from '@bufbuild/protobuf'
import { EchoResponseSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import type { Teardowns } from './real-envoy.ts'

/** What a check asked. */
export interface Probe {
  readonly protocol: 'http1' | 'http2' | 'tcp'
  /** Of HTTP. */
  readonly path?: string
  readonly authority?: string
  readonly headers?: IncomingHttpHeaders
  /** The connection that it came by, counted from 1. */
  readonly connection: number
}

export interface ProbedEndpoint {
  readonly address: string
  /** Since the start, in their order. */
  readonly probes: readonly Probe[]
  /** Resolves when this many probes have come since now. */
  readonly further: (count: number) => Promise<void>
  /** Whether the next checks succeed. */
  setHealthy(isHealthy: boolean): void
  /** Resets the streams of the next checks, as if nobody were there. */
  vanish(): void
}

const ECHO = '/switchyard.echo.v1.EchoService/'
const HEALTH = '/grpc.health.v1.Health/Check'
/** Of the TCP check. */
export const PING = { send: '50494e47', receive: ['504f', '4e47'] }
const [SERVING, NOT_SERVING] = [1, 2]

function answerGrpc(stream: ServerHttp2Stream, message: Uint8Array): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(toGrpcFrame(message))
}

/** @param status of HTTP while it is healthy; otherwise it is 503 */
export async function startProbedEndpoint(t: Teardowns, id: string, status = 200): Promise<ProbedEndpoint> {
  const probes: Probe[] = []
  const waiting = new Set<{ readonly until: number; readonly resolve: () => void }>()
  const connectionOf = new WeakMap<Socket, number>()
  let [isHealthy, isThere, connections, taken] = [true, true, 0, 0]
  const note = (probe: Probe) => {
    probes.push(probe)
    for (const one of waiting) {
      if (probes.length < one.until) continue
      waiting.delete(one)
      one.resolve()
    }
  }

  const http1 = createHttp1((request, response) => {
    const { url = '', headers, socket } = request
    const connection = connectionOf.get(socket) ?? 0
    note({ protocol: 'http1', path: url, authority: headers.host ?? '', headers, connection })
    response.writeHead(isHealthy ? status : 503).end()
  })
  const http2 = createHttp2()
  http2.on('session', (session) => {
    // The server makes the session while it takes the connection, and hides its socket.
    const connection = taken
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      const { ':path': path = '', ':authority': authority = '' } = headers
      stream.resume()
      if (path.startsWith(ECHO)) {
        return answerGrpc(stream, toBinary(EchoResponseSchema, create(EchoResponseSchema, { backendId: id })))
      }
      note({ protocol: 'http2', path, authority, headers, connection })
      if (!isThere) return stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      if (path === HEALTH) return answerGrpc(stream, Buffer.from([8, isHealthy ? SERVING : NOT_SERVING]))
      stream.respond({ ':status': isHealthy ? status : 503 }, { endStream: true })
    })
  })

  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => {})
    const connection = ++connections
    connectionOf.set(socket, connection)
    socket.once('readable', () => {
      const start: Buffer | null = socket.read()
      if (start === null) return
      const text = start.toString('latin1')
      if (text.startsWith('PING')) {
        const answer = (bytes: number) => {
          for (let ping = 0; ping < bytes / 4; ping += 1) {
            note({ protocol: 'tcp', connection })
            socket.write(isHealthy ? 'PO-NG' : 'BUSY')
          }
        }
        answer(start.length)
        socket.on('data', (bytes) => answer(bytes.length))
        return
      }
      socket.unshift(start)
      taken = connection
      const target = text.startsWith('PRI') ? http2 : http1
      target.emit('connection', socket)
    })
  })
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    probes,
    further: (count) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add({ until: probes.length + count, resolve })
      return promise
    },
    setHealthy: (next) => {
      ;[isHealthy, isThere] = [next, true]
    },
    vanish: () => {
      isThere = false
    },
  }
}
