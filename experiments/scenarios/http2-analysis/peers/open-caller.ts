// Calls a peer by one of its ways, over as many connections as one asks for.

import { once } from 'node:events'
import { Agent, request as requestHttp1 } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { request as requestHttps, Agent as TlsAgent } from 'node:https'
import type { Readable } from 'node:stream'
import { Client, credentials } from '@grpc/grpc-js'
import { DEFAULT_WINDOW } from '../../../../testbed/http2/flow-control.ts'
import { bodyOf } from './handler.ts'
import { GRPC_PATH, SESSION_MEMORY_MB, SIZE_BYTES, type Way } from './ways.ts'

export interface CallerOptions {
  readonly way: Way
  readonly host: string
  readonly port: number
  readonly connections: number
  /** PEM of the authority of the server's certificate; absent: plaintext. */
  readonly ca?: string
  /** Flow-control window in bytes that HTTP/2 and gRPC give each stream and the connection. Default: 65,535. */
  readonly window?: number
}

export interface Caller {
  /** Calls and reads the answer to its end. @returns the bytes of its body @throws Error if the call fails */
  readonly call: (call: PeerCall) => Promise<number>
  readonly close: () => void
}

export interface PeerCall {
  /** As `handler.ts` knows it. gRPC knows `/bytes/N` only. */
  readonly path: string
  readonly bodyBytes?: number
  /** Called with each chunk of the answer. */
  readonly onData?: (chunk: Buffer) => void
}

/** Opens its connections when they are first needed. */
export function openCaller(options: CallerOptions): Caller {
  const open = { http1: openHttp1, http2: openHttp2, grpc: openGrpc }[options.way]
  return open(options)
}

/** A pool of connections that each carry one call at a time, as HTTP/1.1 does. Further calls wait. */
function openHttp1({ host, port, connections, ca }: CallerOptions): Caller {
  const pool = { keepAlive: true, maxSockets: connections, noDelay: true }
  const agent = ca === undefined ? new Agent(pool) : new TlsAgent({ ...pool, ca })
  return {
    async call({ path, bodyBytes = 0, onData }) {
      const send = ca === undefined ? requestHttp1 : requestHttps
      const request = send({ host, port, path, agent, method: 'POST' })
      request.setHeader('content-length', bodyBytes)
      request.end(bodyOf(bodyBytes))
      const [response] = await once(request, 'response')
      return await readAll(response, onData)
    },
    close: () => agent.destroy(),
  }
}

/** Calls take turns over the connections; each carries any number of them. */
function openHttp2(options: CallerOptions): Caller {
  const sessions = new Turns(options.connections, () => openSession(options))
  return {
    async call({ path, bodyBytes = 0, onData }) {
      const headers = { ':method': 'POST', ':path': path }
      const stream = sessions.next().request(headers, { endStream: bodyBytes === 0 })
      if (bodyBytes > 0) stream.end(bodyOf(bodyBytes))
      return await readAll(stream, onData)
    },
    close() {
      for (const session of sessions.made) session.destroy()
    },
  }
}

function openSession({ host, port, ca, window }: CallerOptions): ClientHttp2Session {
  const session = connect(`${ca === undefined ? 'http' : 'https'}://${host}:${port}`, {
    maxSessionMemory: SESSION_MEMORY_MB,
    ...(ca !== undefined && { ca }),
    ...(window !== undefined && { settings: { initialWindowSize: window } }),
  })
  // Calls report what fails. Any number of them may wait for the connection.
  session.on('error', () => {}).setMaxListeners(0)
  // A window that was given cannot be taken back: of the connection it only grows.
  if (window !== undefined && window > DEFAULT_WINDOW) {
    session.once('connect', () => session.setLocalWindowSize(window))
  }
  return session
}

/** Channels that share no connections. */
function openGrpc({ host, port, connections, ca, window }: CallerOptions): Caller {
  const tls = ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca))
  const own = {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
    ...(window !== undefined && { 'grpc-node.flow_control_window': window }),
  }
  const clients = new Turns(connections, () => new Client(`${host}:${port}`, tls, own))
  const bytes = (value: Buffer) => value
  return {
    call: ({ path, bodyBytes = 0 }) =>
      new Promise((resolve, reject) => {
        const request = Buffer.alloc(Math.max(SIZE_BYTES, bodyBytes))
        request.writeUInt32BE(Number(path.split('/')[2]))
        clients
          .next()
          .makeUnaryRequest<Buffer, Buffer>(GRPC_PATH, bytes, bytes, request, (error, answer) =>
            error ? reject(error) : resolve(answer?.length ?? 0),
          )
      }),
    close() {
      for (const client of clients.made) client.close()
    },
  }
}

/** A fixed number of something, each made when it is first their turn. */
class Turns<T> {
  readonly made: T[] = []
  readonly #count: number
  readonly #make: () => T
  #turn = 0

  constructor(count: number, make: () => T) {
    this.#count = count
    this.#make = make
  }

  next(): T {
    const at = this.#turn % this.#count
    this.#turn += 1
    const one = this.made[at] ?? this.#make()
    this.made[at] = one
    return one
  }
}

async function readAll(stream: Readable, onData: PeerCall['onData']): Promise<number> {
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    onData?.(chunk)
  })
  await once(stream, 'end')
  return bytes
}
