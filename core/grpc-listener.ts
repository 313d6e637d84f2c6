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
import { experimental, type Server, ServerCredentials } from '@grpc/grpc-js'
import { readPreface } from './http2-preface.ts'
import { listenPrivately } from './listen-privately.ts'
import { LONGEST_TIMER_MS } from './longest-timer.ts'

export interface ListenOptions {
  /** Of gRPC: it gets connections whose client has introduced itself. */
  readonly server: Server
  /** Of grpc-js. If they change, as those of a certificate provider do, new connections get the new ones. */
  readonly credentials: ServerCredentials
  /** Of `net.Server.listen`. */
  readonly at: { readonly path: string } | { readonly host: string; readonly port: number }
  /** How long a client may take for the handshake of TLS, and again for the preface of HTTP/2, in milliseconds. */
  readonly patienceMs: number
  /** Called when the certificate of a client ends, and its connection with it. */
  readonly onExpired: (peer: string, reason: string) => void
}

export interface GrpcListener {
  /** 0 on a Unix socket. */
  readonly port: number
  /** Stops listening. The server ends the connections that it has. */
  readonly close: () => void
}

/** @throws what `net.Server.listen` does, such as `EADDRINUSE` */
export async function listenForGrpc(options: ListenOptions): Promise<GrpcListener> {
  const { server, credentials, at } = options
  const plain = ServerCredentials.createInsecure()
  const interceptors = credentials._getInterceptors()
  const injector = server.createConnectionInjector(
    interceptors.length === 0
      ? plain
      : experimental.createServerCredentialsWithInterceptors(plain, interceptors),
  )
  /** Those that gRPC has not got yet. */
  const fresh = new Set<Socket>()
  const accept = (socket: Socket) => {
    fresh.add(socket)
    socket.on('error', () => {})
    readPreface(socket, options.patienceMs)
      .then(
        () => injector.injectConnection(socket),
        () => socket.destroy(),
      )
      .finally(() => fresh.delete(socket))
  }
  const listener = credentials._isSecure()
    ? secureListener(options, accept)
    : createServer((socket) => accept(socket))
  // Whoever may open the socket may ask for the secrets of any node.
  listenPrivately(listener, at)
  await once(listener, 'listening')
  const address = listener.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    close: () => {
      listener.close()
      for (const socket of fresh) socket.destroy()
    },
  }
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
    handshakeTimeout: patienceMs,
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
  server.on('tlsClientError', (_, socket) => socket.destroy())
  server.on('secureConnection', (socket: TLSSocket) => {
    endWithCertificate(socket, onExpired)
    accept(socket)
  })
  return server
}

/** Ends a connection when a certificate of its client's chain ends: what it may do was verified once, in the handshake. */
function endWithCertificate(socket: TLSSocket, onExpired: ListenOptions['onExpired']): void {
  const end = certificateEnd(socket.getPeerCertificate(true))
  if (end === undefined) return
  let timer: NodeJS.Timeout
  const wait = () => {
    const left = end - Date.now()
    if (left > 0) {
      timer = setTimeout(wait, Math.min(left, LONGEST_TIMER_MS))
      timer.unref()
      return
    }
    onExpired(
      peerOf(socket),
      `the client's certificate has ended at ${new Date(end).toISOString()}: renew it`,
    )
    socket.destroy()
  }
  wait()
  socket.once('close', () => clearTimeout(timer))
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
