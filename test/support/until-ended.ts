// Waits for the end of a socket or stream that its peer ends, in whatever way: `once(socket, 'close')` rejects where the peer resets it.

import type { Duplex } from 'node:stream'

/** Errors of a connection, and of a stream of HTTP/2, that its peer has reset. */
const BY_THE_PEER = ['ECONNRESET', 'EPIPE', 'ERR_HTTP2_SESSION_ERROR', 'ERR_HTTP2_STREAM_ERROR']

/**
 * Call it as soon as there is a socket: an error before that has no listener.
 * @throws the error that ended it, if that is not the peer's, such as a connection that nobody accepts
 */
export function untilEnded(socket: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      const error: NodeJS.ErrnoException | null = socket.errored
      if (error === null || BY_THE_PEER.includes(error.code ?? '')) resolve()
      else reject(error)
    }
    socket.on('error', () => {})
    if (socket.closed) end()
    else socket.once('close', end)
  })
}
