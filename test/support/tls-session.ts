// HTTP/2 connections whose TLS session can be resumed: whether the server accepted them, and what is left to resume.

import { connect } from 'node:tls'
import type { Identity } from './tls-client.ts'

export interface TlsSession {
  readonly isAccepted: boolean
  readonly isResumed: boolean
  /** The newest session; undefined if the server gave none. */
  readonly session: Buffer | undefined
}

const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
/** https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const GREETING = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), EMPTY_SETTINGS])

/**
 * Opens a connection, and closes it once the server has sent its HTTP/2 settings or has rejected it.
 * @param resumed a session of an earlier connection
 */
export function openTlsSession(
  address: string,
  { ca, issued }: Identity,
  version: 'TLSv1.2' | 'TLSv1.3',
  resumed?: Buffer,
): Promise<TlsSession> {
  const [host, port] = address.split(':')
  const socket = connect({
    host,
    port: Number(port),
    ca,
    ...(issued && { cert: issued.certificate, key: issued.key }),
    ...(resumed && { session: resumed }),
    servername: 'localhost',
    // The server decides on short keys, and not this client.
    ciphers: 'DEFAULT@SECLEVEL=0',
    ALPNProtocols: ['h2'],
    minVersion: version,
    maxVersion: version,
  })
  let session: Buffer | undefined
  let isResumed = false
  socket.on('session', (newest) => {
    session = newest
  })
  return new Promise((resolve) => {
    const end = (isAccepted: boolean) => {
      resolve({ isAccepted, isResumed, session })
      socket.destroy()
    }
    // In TLS 1.3, the client is connected before the server has verified its certificate.
    socket.once('secureConnect', () => {
      isResumed = socket.isSessionReused()
      socket.write(GREETING)
    })
    socket.once('data', () => end(true))
    socket.on('error', () => {}).once('close', () => end(false))
  })
}

/**
 * What `use` gives with a thing that ends soon, once it has ended. Waits longer if a busy machine takes its whole life to use it.
 * @param use gets the end of the thing's life
 */
export async function afterItsEnd<T>(use: (end: Date) => Promise<T>): Promise<T> {
  for (let seconds = 4; ; seconds *= 2) {
    const end = new Date((Math.floor(Date.now() / 1_000) + seconds) * 1_000)
    const used = await use(end)
    const left = end.getTime() - Date.now()
    if (left <= 0) continue
    await new Promise((resolve) => setTimeout(resolve, left + 1_000))
    return used
  }
}
