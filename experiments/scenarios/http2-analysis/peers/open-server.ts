// Serves all ways on a host, in plaintext and over TLS, and counts connections, handshakes and bytes where they arrive.

import { once } from 'node:events'
import { createServer as createHttp1Server } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import type { Issued } from '../../../../testbed/certificates/authority.ts'
import { answer, bodyOf } from './handler.ts'
import { Ticker } from './ticker.ts'
import {
  type ConnectionCounts,
  GRPC_PATH,
  type Port,
  portOf,
  SESSION_MEMORY_MB,
  SIZE_BYTES,
  WAYS,
  type Way,
} from './ways.ts'

const ALPN: Readonly<Record<Way, string>> = { http1: 'http/1.1', http2: 'h2', grpc: 'h2' }

export interface PeerServer {
  readonly ports: Readonly<Record<Port, number>>
  readonly counts: () => Readonly<Record<Port, ConnectionCounts>>
  readonly close: () => void
}

/** @param host where it listens, on free ports @param identity of its TLS */
export async function openServer(host: string, identity: Issued): Promise<PeerServer> {
  const accept = acceptors()
  const counters = {} as Record<Port, Counter>
  const ports = {} as Record<Port, number>
  const servers: Server[] = []
  for (const way of WAYS) {
    for (const tls of [false, true]) {
      const counter = new Counter()
      const server = tls
        ? createTlsServer(
            { cert: identity.certificate, key: identity.key, ALPNProtocols: [ALPN[way]] },
            (socket) => {
              counter.shook(socket)
              accept[way](socket)
            },
          ).on('connection', (socket: Socket) => counter.accepted(socket))
        : createServer({ noDelay: true }, (socket) => {
            counter.accepted(socket)
            accept[way](socket)
          })
      server.on('tlsClientError', () => {})
      server.listen({ host, port: 0, backlog: 1_024 })
      await once(server, 'listening')
      servers.push(server)
      const port = portOf(way, tls)
      counters[port] = counter
      ports[port] = (server.address() as AddressInfo).port
    }
  }
  return {
    ports,
    counts: () => {
      const entries = Object.entries(counters).map(([port, counter]) => [port, counter.counts()] as const)
      return Object.fromEntries(entries) as Record<Port, ConnectionCounts>
    },
    close() {
      for (const server of servers) server.close()
      for (const counter of Object.values(counters)) counter.destroy()
    },
  }
}

/** Servers that listen nowhere, and are handed the connections of their way. */
function acceptors(): Readonly<Record<Way, (socket: Socket) => void>> {
  const ticker = new Ticker()
  const http1 = createHttp1Server({ noDelay: true }, (request, response) => answer(ticker, request, response))
  const http2 = createHttp2Server({ maxSessionMemory: SESSION_MEMORY_MB }, (request, response) =>
    answer(ticker, request, response),
  )
  http2.on('sessionError', () => {})
  const grpc = new GrpcServer({ 'grpc.max_receive_message_length': -1 })
  const bytes = (value: Buffer) => value
  grpc.addService(
    {
      bytes: {
        ...{ path: GRPC_PATH, requestStream: false, responseStream: false },
        ...{
          requestSerialize: bytes,
          requestDeserialize: bytes,
          responseSerialize: bytes,
          responseDeserialize: bytes,
        },
      },
    },
    {
      bytes(call: { readonly request: Buffer }, callback: (error: null, value: Buffer) => void) {
        callback(null, bodyOf(call.request.length < SIZE_BYTES ? 0 : call.request.readUInt32BE()))
      },
    },
  )
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure())
  return {
    http1: (socket) => http1.emit('connection', socket),
    http2: (socket) => http2.emit('connection', socket),
    grpc: (socket) => injector.injectConnection(socket),
  }
}

class Counter {
  readonly #open = new Set<Socket>()
  #ended = { bytesIn: 0, bytesOut: 0 }
  #connections = 0
  #handshakes = 0
  #resumed = 0

  accepted(socket: Socket): void {
    this.#connections += 1
    this.#open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#ended.bytesIn += socket.bytesRead
      this.#ended.bytesOut += socket.bytesWritten
    })
  }

  shook(socket: TLSSocket): void {
    socket.setNoDelay(true)
    socket.on('error', () => {})
    this.#handshakes += 1
    if (socket.isSessionReused()) this.#resumed += 1
  }

  counts(): ConnectionCounts {
    const open = [...this.#open]
    return {
      ...{ connections: this.#connections, handshakes: this.#handshakes, resumed: this.#resumed },
      bytesIn: open.reduce((sum, { bytesRead }) => sum + bytesRead, this.#ended.bytesIn),
      bytesOut: open.reduce((sum, { bytesWritten }) => sum + bytesWritten, this.#ended.bytesOut),
    }
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }
}
