// The first bytes of a connection: who does not send them in time only holds a socket. What is read can be read again.

import type { Socket } from 'node:net'
import { startReadingDeadline } from './reading-deadline.ts'

/** Every client of HTTP/2 sends it at once. https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/**
 * Resolves when the client has sent the preface.
 * @throws Error if the client sends something else, ends, or takes longer
 */
export async function readPreface(socket: Socket, patienceMs: number): Promise<void> {
  await readBeginning(socket, `the preface of HTTP/2 within ${patienceMs} ms`, patienceMs, (seen) => {
    const known = Math.min(seen.length, PREFACE.length)
    if (!seen.subarray(0, known).equals(PREFACE.subarray(0, known)))
      throw new Error('it does not speak HTTP/2')
    return known === PREFACE.length
  })
}

/** The first byte that the client has sent. @throws Error if the client ends, or takes longer */
export async function readFirstByte(socket: Socket, patienceMs: number): Promise<number> {
  const [first = 0] = await readBeginning(socket, `a byte within ${patienceMs} ms`, patienceMs, () => true)
  return first
}

/** @param isEnough gets all that came so far; may throw */
async function readBeginning(
  socket: Socket,
  what: string,
  patienceMs: number,
  isEnough: (seen: Buffer) => boolean,
): Promise<Buffer> {
  let seen = Buffer.alloc(0)
  let endDeadline = () => {}
  let onReadable = () => {}
  let onClose = () => {}
  try {
    return await new Promise((resolve, reject) => {
      endDeadline = startReadingDeadline(patienceMs, () => reject(new Error(`it has not sent ${what}`)))
      onReadable = () => {
        for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
          seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
        }
        try {
          if (seen.length > 0 && isEnough(seen)) resolve(seen)
        } catch (error) {
          reject(error)
        }
      }
      onClose = () => reject(new Error(`it has ended before it sent ${what}`))
      socket.on('readable', onReadable)
      socket.once('close', onClose)
    })
  } finally {
    endDeadline()
    socket.off('readable', onReadable)
    socket.off('close', onClose)
    if (seen.length > 0 && !socket.destroyed) socket.unshift(seen)
  }
}
