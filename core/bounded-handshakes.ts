// Deadlines of TLS handshakes that count only time in which the server could have read: see reading-deadline.ts. The timer of Node is
// one timer, and if the event loop is late, it fires before sockets are read. It ends no handshake by itself, but reports an error.

import type { Server, TLSSocket } from 'node:tls'
import { startReadingDeadline } from './reading-deadline.ts'
import { LONGEST_TIMER_MS } from './timer.ts'

/** Options of a TLS server whose handshakes `boundHandshakes` bounds. */
export function handshakeOptions(patienceMs: number): { readonly handshakeTimeout: number } {
  return { handshakeTimeout: Math.min(halfOf(patienceMs), LONGEST_TIMER_MS) }
}

/**
 * Ends connections whose handshake fails, or takes longer than `patienceMs`. What listens to `tlsClientError` already, as a server of
 * HTTPS does, ends them instead.
 */
export function boundHandshakes(server: Server, patienceMs: number): void {
  const listeners = server.listeners('tlsClientError')
  const fail = (error: Error, socket: TLSSocket) => {
    for (const listener of listeners) listener.call(server, error, socket)
    if (listeners.length === 0) socket.destroy()
  }
  const deadlines = new WeakMap<TLSSocket, () => void>()
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code !== 'ERR_TLS_HANDSHAKE_TIMEOUT') {
      fail(error, socket)
      return
    }
    const end = startReadingDeadline(halfOf(patienceMs), () => fail(error, socket))
    deadlines.set(socket, end)
    socket.once('close', end)
  })
  server.on('secureConnection', (socket) => deadlines.get(socket)?.())
}

/** One half is Node's, and the other begins when Node reports that its half is over. */
function halfOf(patienceMs: number): number {
  return Math.ceil(patienceMs / 2)
}
