// A WebSocket bridge: makes a gRPC call of each socket, so that a page can stream in both directions.

import type { AddressInfo } from 'node:net'
import { Client, type ClientDuplexStream, credentials, Metadata, type StatusObject } from '@grpc/grpc-js'
import { type WebSocket, WebSocketServer } from 'ws'

/** Browsers let programs of servers choose 4000 to 4999: this plus the gRPC status. */
export const CLOSE_CODES = 4000
/** Bytes that may wait for a slow page before the call is paused. */
const MOST_WAITING = 64 * 1024
/** Of the reason of a close, in bytes. https://www.rfc-editor.org/rfc/rfc6455#section-5.5 */
const LONGEST_REASON = 123

export interface BridgeOptions {
  /** The gRPC server or proxy, `HOST:PORT`, in plaintext. */
  readonly target: string
  /** Pages of other origins are refused: CORS does not apply to WebSockets, so that the bridge has to look itself. */
  readonly origins: readonly string[]
  /**
   * Metadata that a page may give in the query of its URL, because it cannot set headers of a WebSocket. URLs end up in logs: what is
   * secret belongs in a cookie or the first message. Default: none.
   */
  readonly metadata?: readonly string[]
}

export interface Bridge {
  /** `ws://HOST:PORT`; the path of a socket is that of the method, `/package.Service/Method`. */
  readonly url: string
  close(): Promise<void>
}

/** Starts it on a free port of loopback. */
export async function startBridge({ target, origins, metadata = [] }: BridgeOptions): Promise<Bridge> {
  const client = new Client(target, credentials.createInsecure())
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: ({ origin }, decide) =>
      origins.includes(origin) ? decide(true) : decide(false, 403, 'this origin may not connect'),
  })
  server.on('connection', (socket, { url = '/' }) => {
    const { pathname, searchParams } = new URL(url, 'ws://bridge')
    const given = new Metadata()
    for (const [key, value] of searchParams) if (metadata.includes(key)) given.set(key, value)
    connect(socket, client.makeBidiStreamRequest(pathname, AS_IT_IS, AS_IT_IS, given))
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('listening', resolve).once('error', reject)
  await promise
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of server.clients) socket.terminate()
      await new Promise((closed) => server.close(closed))
      client.close()
    },
  }
}

/** Messages go through as bytes: the bridge needs no schema. */
const AS_IT_IS = (bytes: Buffer) => bytes

function connect(socket: WebSocket, call: ClientDuplexStream<Buffer, Buffer>): void {
  let isOver = false
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    // A text is the half-close: WebSockets have none.
    if (!isBinary) call.end()
    else if (!call.write(data)) {
      socket.pause()
      call.once('drain', () => socket.resume())
    }
  })
  socket.on('close', () => {
    if (!isOver) call.cancel()
  })
  socket.on('error', () => call.cancel())
  call.on('data', (message: Buffer) => {
    socket.send(message, () => {
      if (socket.bufferedAmount <= MOST_WAITING) call.resume()
    })
    if (socket.bufferedAmount > MOST_WAITING) call.pause()
  })
  call.on('error', () => {})
  call.on('status', ({ code, details }: StatusObject) => {
    isOver = true
    // As a stream, the decoder keeps half of a character back.
    const reason = new TextDecoder().decode(Buffer.from(details).subarray(0, LONGEST_REASON), {
      stream: true,
    })
    socket.close(CLOSE_CODES + code, reason)
  })
}
