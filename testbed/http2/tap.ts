// A TCP proxy on loopback that forwards every byte unchanged, and records both directions of each connection. It needs no root.

import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { SwitchyardError } from '../../core/errors.ts'
import { joinAddress, splitAddress } from '../../core/host-and-port.ts'
import { describeHolder } from '../../core/port-holder.ts'
import { ConnectionReader, type SeenFrame, type Side, type WireProtocol } from './connection-reader.ts'

export interface TapOptions {
  /** Where connections are forwarded to, `HOST:PORT`. */
  readonly to: string
  /** `HOST:PORT`; port 0 picks a free one. Default: `127.0.0.1:0`. */
  readonly listen?: string
  /** Whether the bytes are kept, which a capture file needs. Default: true. Without them, frames are kept all the same. */
  readonly keepBytes?: boolean
  /** Whether frames are kept. Default: true. A tap that runs for long needs `onFrame` only. */
  readonly keepFrames?: boolean
  /** Called with each frame when its last byte passes. */
  readonly onFrame?: (seen: SeenFrame, connection: TappedConnection) => void
  /** Called with bytes as they pass, before the frames that end in them. */
  readonly onChunk?: (chunk: Chunk, connection: TappedConnection) => void
  /** Called when a connection is accepted, and when it has ended. */
  readonly onConnection?: (connection: TappedConnection) => void
}

/** Bytes as they were read from a socket. */
export interface Chunk {
  readonly atMs: number
  readonly from: Side
  readonly bytes: Buffer
}

export interface TappedConnection {
  /** From 1, in the order in which they were accepted. */
  readonly number: number
  /** When it was accepted, in milliseconds since 1970. All other times of the connection count from it. */
  readonly beganAt: number
  /** Addresses of the client, of the tap as the client sees it, and of the server. */
  readonly client: string
  readonly tap: string
  readonly server: string
  readonly protocol: WireProtocol | undefined
  readonly frames: readonly SeenFrame[]
  /** Empty without `keepBytes`. */
  readonly chunks: readonly Chunk[]
  /** That each side has sent. */
  readonly bytes: Readonly<Record<Side, number>>
  /** When both directions had ended, in milliseconds since it began. */
  readonly endedMs: number | undefined
  /** Why it ended, if it was not by the side that closed it. */
  readonly error: string | undefined
}

export interface Tap {
  /** Where clients connect to, `HOST:PORT`. */
  readonly address: string
  /** All connections since it started, also ended ones. Live: they grow. */
  readonly connections: () => readonly TappedConnection[]
  /** Closes all connections and stops listening. The records stay. */
  readonly stop: () => Promise<void>
}

/** @throws SwitchyardError `invalid-argument` for an address that is not `HOST:PORT`, `address-in-use` */
export async function startTap({ to, listen = '127.0.0.1:0', ...options }: TapOptions): Promise<Tap> {
  const target = requireAddress('to', to)
  const own = requireAddress('listen', listen)
  const connections: RecordedConnection[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection = new RecordedConnection(client, target, connections.length + 1, options)
    connections.push(connection)
    options.onConnection?.(connection)
  })
  server.listen({ host: own.host, port: own.port })
  try {
    await once(server, 'listening')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown
    throw new SwitchyardError(
      'address-in-use',
      `${listen} is in use by ${describeHolder(listen)}; listen on another port, or on port 0 for a free one`,
      { cause: thrown },
    )
  }
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the tap listens on no TCP address')
  return {
    address: joinAddress(bound.address, bound.port),
    connections: () => connections,
    async stop() {
      const stopped = once(server, 'close')
      server.close()
      for (const connection of connections) connection.close()
      await Promise.all([stopped, ...connections.map(({ ended }) => ended)])
    },
  }
}

function requireAddress(path: string, address: string) {
  const parts = splitAddress(address)
  if (parts !== undefined && parts.port <= 65_535) return parts
  throw new SwitchyardError('invalid-argument', 'the tap was not started:', {
    problems: [
      {
        path,
        message: `"${address}" is not an address; write HOST:PORT, such as 127.0.0.1:8080`,
      },
    ],
  })
}

class RecordedConnection implements TappedConnection {
  readonly number: number
  readonly beganAt = Date.now()
  readonly client: string
  readonly tap: string
  readonly server: string
  readonly chunks: Chunk[] = []
  readonly bytes = { client: 0, server: 0 }
  readonly ended: Promise<void>
  endedMs: number | undefined
  error: string | undefined
  readonly #begin = performance.now()
  readonly #reader: ConnectionReader
  readonly #sockets: readonly Socket[]
  readonly #options: Omit<TapOptions, 'to' | 'listen'>

  constructor(
    client: Socket,
    target: { readonly host: string; readonly port: number },
    number: number,
    options: Omit<TapOptions, 'to' | 'listen'>,
  ) {
    this.number = number
    this.client = joinAddress(client.remoteAddress ?? '', client.remotePort)
    this.tap = joinAddress(client.localAddress ?? '', client.localPort)
    this.server = joinAddress(target.host, target.port)
    this.#options = options
    this.#reader = new ConnectionReader({
      keepFrames: options.keepFrames !== false,
    })
    const server = createConnection({
      ...target,
      allowHalfOpen: true,
      noDelay: true,
    })
    this.#sockets = [client, server]
    this.#forward('client', client, server)
    this.#forward('server', server, client)
    this.ended = Promise.all(this.#sockets.map(closed)).then(() => {
      this.endedMs = this.#now()
      options.onConnection?.(this)
    })
  }

  get protocol(): WireProtocol | undefined {
    return this.#reader.protocol
  }

  get frames(): readonly SeenFrame[] {
    return this.#reader.frames
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #now(): number {
    return performance.now() - this.#begin
  }

  /** Reading waits while the other socket does not take more: the tap must not hide backpressure. */
  #forward(from: Side, source: Socket, sink: Socket): void {
    source.on('data', (bytes: Buffer) => {
      this.#record(from, bytes)
      if (!sink.write(bytes)) source.pause()
    })
    sink.on('drain', () => source.resume())
    source.on('end', () => sink.end())
    source.on('error', (error) => {
      this.error ??= `${from}: ${error.message}`
      sink.destroy()
    })
    // A reset is passed on too, though as an end.
    source.on('close', (hadError) => hadError && sink.destroy())
  }

  #record(from: Side, bytes: Buffer): void {
    const atMs = this.#now()
    this.bytes[from] += bytes.length
    const chunk = { atMs, from, bytes }
    if (this.#options.keepBytes !== false) this.chunks.push(chunk)
    this.#options.onChunk?.(chunk, this)
    const seen = this.#reader.push(from, bytes, atMs)
    for (const one of seen) this.#options.onFrame?.(one, this)
  }
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))
