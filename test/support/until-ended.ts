// Waits for the end of a socket or stream, however it ends: `once(socket, 'close')` rejects where the peer resets the connection.

import type { EventEmitter } from 'node:events'

export function untilEnded(socket: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {}).once('close', resolve)
  })
}
