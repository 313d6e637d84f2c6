// The HTTPS server of REST: its certificate may change, and a handshake has a deadline.

import type { RequestListener, Server } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { boundHandshakes, handshakeOptions } from '../../core/bounded-handshakes.ts'
import type { RestIdentity } from '../access/rest-identity.ts'
import { type Deadlines, deadlineOptions } from './deadlines.ts'

/**
 * A client without TLS, with TLS 1.1, or that does not go on with its handshake is disconnected (see `answerClientError`).
 * Fastify sets no deadlines of a server that it does not make.
 */
export function createTlsServer(
  identity: RestIdentity,
  deadlines: Deadlines,
  handler: RequestListener,
): Server {
  const { http, requestTimeout, connectionTimeout } = deadlineOptions(deadlines)
  const server = new TlsServer(
    {
      ...http,
      ...identity.context,
      requestTimeout,
      requireHostHeader: false,
      ...handshakeOptions(deadlines.handshakeMs),
    },
    handler,
  )
  boundHandshakes(server, deadlines.handshakeMs)
  server.on('connection', (socket: Socket) => server.add(socket))
  server.setTimeout(connectionTimeout)
  identity.onChange((context) => server.setSecureContext(context))
  return server
}

/** Node's own closes only connections whose handshake has ended, and `close` would wait for the others. */
class TlsServer extends HttpsServer {
  readonly #sockets = new Set<Socket>()

  add(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  override closeAllConnections(): void {
    super.closeAllConnections()
    for (const socket of this.#sockets) socket.destroy()
  }
}
