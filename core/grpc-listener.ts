// Accepts the connections of a gRPC server: with deadlines until a client speaks HTTP/2, without resumption of TLS sessions that had a
// client certificate, and no longer than that certificate is valid.

import { constants } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import {
  createServer as createTlsServer,
  type DetailedPeerCertificate,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls'
import type { Server, ServerCredentials } from '@grpc/grpc-js'
import { AgingConnections, injectorFor, type MaxAge } from './aging-connections.ts'
import { boundHandshakes, handshakeOptions } from './bounded-handshakes.ts'
import { readPreface } from './http2-preface.ts'
import { listenPrivately } from './listen-privately.ts'
import { SilentConnections } from './reading-deadline.ts'
import { Timer } from './timer.ts'

export interface ListenOptions {
  /** Of gRPC: it gets connections whose client has introduced itself. */
  readonly server: Server
  /** Of grpc-js. If they change, as those of a certificate provider do, new connections get the new ones. */
  readonly credentials: ServerCredentials
  /** Of `net.Server.listen`. */
  readonly at:
    | { readonly path: string }
    | { readonly host: string; readonly port: number; readonly reusePort?: boolean }
  /** How long a client may take for the handshake of TLS, and again for the preface of HTTP/2, in milliseconds. */
  readonly patienceMs: number
  /** A connection from which nothing has come for this long ends, in milliseconds. Default: none does. */
  readonly silenceMs?: number
  /** Called when the certificate of a client ends, and its connection with it. */
  readonly onExpired: (peer: string, reason: string) => void
  /** Default: connections do not age. */
  readonly maxAge?: MaxAge
}

export interface GrpcListener {
  /** 0 on a Unix socket. */
  readonly port: number
  /** Stops listening, and sends GOAWAY on the connections: open calls go on, and no new ones begin. */
  readonly drain: () => void
  /** Stops listening, and ends the connections. */
  readonly close: () => void
  /** Resolves when it has stopped listening and all its connections have ended. */
  readonly closed: Promise<void>
}

/** @throws what `net.Server.listen` does, such as `EADDRINUSE` */
export async function listenForGrpc(options: ListenOptions): Promise<GrpcListener> {
  const { credentials, at, silenceMs } = options
  const connections = connectionsOf(options)
  const open = new Set<Socket>()
  /** Those that gRPC has not got yet. */
  const fresh = new Set<Socket>()
  let isAccepting = true
  const silent =
    silenceMs === undefined
      ? undefined
      : new SilentConnections<Socket>(silenceMs, (socket) => socket.destroy())
  const accept = (socket: Socket) => {
    // The handshake of TLS has begun before.
    if (!isAccepting) {
      socket.destroy()
      return
    }
    fresh.add(socket)
    socket.on('error', () => {})
    readPreface(socket, options.patienceMs)
      .then(
        () => {
          connections.accept(socket)
          silent?.add(socket)
          socket.once('close', () => silent?.remove(socket))
        },
        () => socket.destroy(),
      )
      .finally(() => fresh.delete(socket))
  }
  const listener = credentials._isSecure()
    ? secureListener(options, accept)
    : createServer((socket) => accept(socket))
  // With TLS, these are the sockets below it: a handshake may not have ended.
  listener.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  listener.once('close', () => silent?.close())
  // Whoever may open the socket may ask for the secrets of any node.
  listenPrivately(listener, at)
  await once(listener, 'listening')
  const address = listener.address()
  const stop = () => {
    isAccepting = false
    listener.close()
    for (const socket of fresh) socket.destroy()
  }
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    drain: () => {
      stop()
      connections.goAway()
    },
    close: () => {
      stop()
      // After the last bytes of a server that shuts down meanwhile.
      setImmediate(() => {
        for (const socket of open) socket.destroy()
      })
    },
    closed: new Promise((resolve) => listener.once('close', resolve)),
  }
}

/** Hands connections to the server. */
function connectionsOf({
  server,
  credentials,
  maxAge,
}: ListenOptions): Pick<AgingConnections, 'accept' | 'goAway'> {
  const interceptors = credentials._getInterceptors()
  if (maxAge !== undefined) return new AgingConnections(server, interceptors, maxAge)
  const injector = injectorFor(server, interceptors)
  return { accept: (socket) => injector.injectConnection(socket), goAway: () => injector.destroy() }
}

function secureListener(
  { credentials, patienceMs, onExpired }: ListenOptions,
  accept: (socket: TLSSocket) => void,
): NetServer {
  const fixed = credentials._getConstructorOptions() ?? {}
  // A resumed session is not verified again: its client certificate may have expired since, or its CA may be gone.
  const ofContext = (context: TlsOptions): TlsOptions => ({
    ...context,
    secureOptions: (context.secureOptions ?? 0) | constants.SSL_OP_NO_TICKET,
  })
  let current: TlsOptions | null = null
  const server = createTlsServer({
    ...fixed,
    ...ofContext({}),
    ALPNProtocols: ['h2'],
    ...handshakeOptions(patienceMs),
  })
  const onChange = (context: TlsOptions | null) => {
    current = context
    if (context !== null) server.setSecureContext(ofContext(context))
  }
  credentials._addWatcher(onChange as never)
  // A provider tells what it has while the watcher is added, and not to this one.
  onChange(credentials._getSecureContextOptions() as TlsOptions | null)
  server.once('close', () => credentials._removeWatcher(onChange as never))
  server.on('connection', (socket: Socket) => {
    if (current === null) socket.destroy()
  })
  boundHandshakes(server, patienceMs)
  server.on('secureConnection', (socket: TLSSocket) => {
    endWithCertificate(socket, onExpired)
    accept(socket)
  })
  return server
}

/** A certificate ends by the clock of the wall, which may be corrected, and goes on while a machine sleeps. */
const RECHECK_MS = 3_600_000

/** Ends a connection when a certificate of its client's chain ends: what it may do was verified once, in the handshake. */
function endWithCertificate(socket: TLSSocket, onExpired: ListenOptions['onExpired']): void {
  const end = certificateEnd(socket.getPeerCertificate(true))
  if (end === undefined) return
  let timer: Timer | undefined
  const wait = () => {
    const left = end - Date.now()
    if (left > 0) {
      timer = new Timer(Math.min(left, RECHECK_MS), wait)
      return
    }
    onExpired(
      peerOf(socket),
      `the client's certificate has ended at ${new Date(end).toISOString()}: renew it`,
    )
    socket.destroy()
  }
  wait()
  socket.once('close', () => timer?.stop())
}

/** When the certificate of a chain that ends first does, in milliseconds since 1970; undefined without a certificate. */
function certificateEnd(leaf: DetailedPeerCertificate): number | undefined {
  const ends: number[] = []
  const seen = new Set<DetailedPeerCertificate>()
  // A root is its own issuer.
  for (let one = leaf; one?.valid_to !== undefined && !seen.has(one); one = one.issuerCertificate) {
    seen.add(one)
    ends.push(Date.parse(one.valid_to))
  }
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'unknown' : `${remoteAddress}:${remotePort}`
}
