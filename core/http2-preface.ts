// The first bytes of a connection of HTTP/2, which every client sends at once. https://www.rfc-editor.org/rfc/rfc9113#section-3.4

import type { Socket } from 'node:net'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/**
 * Resolves when the client has sent the preface, which the socket then has again for its next reader.
 * @throws Error if the client sends something else, ends, or takes longer
 */
export async function readPreface(socket: Socket, patienceMs: number): Promise<void> {
  let seen = Buffer.alloc(0)
  let timer: NodeJS.Timeout | undefined
  let onReadable = () => {}
  let onClose = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      const late = () => reject(new Error(`it has not sent the preface of HTTP/2 within ${patienceMs} ms`))
      timer = setTimeout(late, patienceMs).unref()
      onReadable = () => {
        for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
          seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
        }
        const known = Math.min(seen.length, PREFACE.length)
        if (!seen.subarray(0, known).equals(PREFACE.subarray(0, known)))
          reject(new Error('it does not speak HTTP/2'))
        else if (known === PREFACE.length) resolve()
      }
      onClose = () => reject(new Error('it has ended before the preface of HTTP/2'))
      socket.on('readable', onReadable)
      socket.once('close', onClose)
    })
  } finally {
    clearTimeout(timer)
    socket.off('readable', onReadable)
    socket.off('close', onClose)
    if (seen.length > 0 && !socket.destroyed) socket.unshift(seen)
  }
}
