// The begin of an HTTP/2 connection, read before a server gets the connection: a peer that does not send it only holds a socket.

import type { Socket } from 'node:net'

/** https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/**
 * Calls `onBegin` once the connection has sent its first bytes: `length` of them, or as many as show that they are not a preface,
 * which the server then answers itself. They can be read again. Closes a connection that takes longer than `ms`.
 */
export function awaitBytes(
  socket: Socket,
  { length, ms }: { readonly length: number; readonly ms: number },
  onBegin: (bytes: Buffer) => void,
): void {
  const timer = setTimeout(() => socket.destroy(), ms)
  const end = () => clearTimeout(timer)
  socket.once('close', end)
  // Bytes that are put back make the socket readable again at once, so they stay here until they are enough.
  let bytes = Buffer.alloc(0)
  const look = () => {
    const more: Buffer | null = socket.read()
    if (more !== null) bytes = Buffer.concat([bytes, more])
    const first = bytes.subarray(0, PREFACE.length)
    if (bytes.length < length && first.equals(PREFACE.subarray(0, first.length))) {
      socket.once('readable', look)
      return
    }
    end()
    socket.off('close', end)
    socket.unshift(bytes)
    onBegin(bytes)
  }
  socket.once('readable', look)
}

export function awaitPreface(socket: Socket, ms: number, onPreface: () => void): void {
  awaitBytes(socket, { length: PREFACE.length, ms }, onPreface)
}
