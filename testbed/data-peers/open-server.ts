// Opens servers of grpc-js whose sockets are counted, each with its own limits and flow-control window.

import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Http2Session, ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js'
import { DEFAULT_WINDOW } from '../http2/flow-control.ts'
import { addCopies } from './copies/copy-service.ts'
import { openPlainServer } from './copies/plain-servers.ts'
import { asBytes, bodyOf, ECHO_PATH, FLOOD_PATH, NUMBER_BYTES, TRANSFER_PATH } from './methods.ts'
import { addRows } from './rows/row-service.ts'

export interface ServerSettings {
  readonly host: string
  /** Default: `grpc`. Sockets have no window of their own, and only gRPC has a limit. */
  readonly kind?: 'grpc' | 'http2' | 'raw'
  /** Flow-control window in bytes of each stream and of the connection. Default: HTTP/2's, 65,535. */
  readonly window?: number
  /** Default: none. */
  readonly maxReceiveBytes?: number
}

export interface ServerCounts {
  readonly connections: number
  /** Of TCP's payload, since the server was opened. */
  readonly bytesIn: number
  readonly bytesOut: number
}

export interface OpenServer {
  readonly port: number
  readonly counts: () => ServerCounts
}

/** The window that the sessions of a server give, by the port of the server. */
const windows = new Map<number, number>()

/**
 * grpc-js has no option for the window of a server. Node reports each new stream, and by its first stream a session gets
 * the window: the first call of a connection still has HTTP/2's default.
 * https://nodejs.org/api/diagnostics_channel.html#http2
 */
const sessionsWithWindow = new WeakSet<Http2Session>()
diagnostics.subscribe('http2.server.stream.created', (message) => {
  const { session } = (message as { readonly stream: ServerHttp2Stream }).stream
  const window = windows.get(session?.socket.localPort ?? 0)
  if (session === undefined || window === undefined || sessionsWithWindow.has(session)) return
  sessionsWithWindow.add(session)
  session.settings({ initialWindowSize: window })
  session.setLocalWindowSize(window)
})

export async function openServer({
  host,
  kind = 'grpc',
  window = DEFAULT_WINDOW,
  maxReceiveBytes = -1,
}: ServerSettings): Promise<OpenServer> {
  const counter = new SocketCounter()
  if (kind !== 'grpc') {
    const port = await openPlainServer(kind, host, (socket) => counter.add(socket))
    giveWindow(port, window)
    return { port, counts: () => counter.counts() }
  }
  const grpc = new Server({ 'grpc.max_receive_message_length': maxReceiveBytes })
  grpc.addService(DATA_METHODS, DATA_HANDLERS)
  addRows(grpc)
  addCopies(grpc)
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure())
  const listener = createServer({ noDelay: true }, (socket) => {
    counter.add(socket)
    injector.injectConnection(socket)
  })
  listener.listen({ host, port: 0 })
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  giveWindow(port, window)
  return { port, counts: () => counter.counts() }
}

function giveWindow(port: number, window: number): void {
  if (window !== DEFAULT_WINDOW) windows.set(port, window)
}

const method = (path: string, responseStream = false) => ({
  ...{ path, requestStream: false, responseStream },
  ...{ requestSerialize: asBytes, requestDeserialize: asBytes },
  ...{ responseSerialize: asBytes, responseDeserialize: asBytes },
})

const DATA_METHODS = {
  transfer: method(TRANSFER_PATH),
  flood: method(FLOOD_PATH, true),
  echo: method(ECHO_PATH),
}

const EMPTY = Buffer.alloc(0)

interface BytesCall {
  readonly request: Buffer
}

const DATA_HANDLERS = {
  transfer: ({ request }: BytesCall, answer: sendUnaryData<Buffer>) =>
    answer(null, bodyOf(request.length < NUMBER_BYTES ? 0 : request.readUInt32BE())),
  echo: (_: BytesCall, answer: sendUnaryData<Buffer>) => answer(null, EMPTY),
  flood: (call: ServerWritableStream<Buffer, Buffer>) => {
    const message = bodyOf(call.request.readUInt32BE(NUMBER_BYTES))
    let left = call.request.readUInt32BE()
    const write = () => {
      while (left > 0) {
        left -= 1
        if (!call.write(message)) return
      }
      call.end()
    }
    call.on('drain', write)
    write()
  },
}

class SocketCounter {
  readonly #open = new Set<Socket>()
  #connections = 0
  #ended = { bytesIn: 0, bytesOut: 0 }

  add(socket: Socket): void {
    this.#connections += 1
    this.#open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#ended.bytesIn += socket.bytesRead
      this.#ended.bytesOut += socket.bytesWritten
    })
  }

  counts(): ServerCounts {
    const open = [...this.#open]
    return {
      connections: this.#connections,
      bytesIn: open.reduce((sum, { bytesRead }) => sum + bytesRead, this.#ended.bytesIn),
      bytesOut: open.reduce((sum, { bytesWritten }) => sum + bytesWritten, this.#ended.bytesOut),
    }
  }
}
