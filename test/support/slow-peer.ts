// Peers that begin a connection and do not go on: bytes of a handshake or of HTTP/2, sent once or one by one.

import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import { untilEnded } from './until-ended.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
export const HALF_A_PREFACE = PREFACE.subarray(0, 12)

/** The first bytes of a TLS client. */
export async function clientHello(): Promise<Buffer> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connectTls({ host: '127.0.0.1', port, ALPNProtocols: ['h2'] })
  socket.on('error', () => {})
  const [peer] = await once(server, 'connection')
  const [hello] = await once(peer, 'data')
  socket.destroy()
  server.close()
  return hello
}

/** Sends the bytes and nothing more. Resolves when the server closes the connection. */
export async function untilClosed(address: string, bytes: Buffer): Promise<void> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  socket.resume().write(bytes)
  await untilEnded(socket)
}

/** The same behind a complete handshake. */
export async function untilClosedUnderTls(
  address: string,
  options: ConnectionOptions,
  bytes: Buffer,
): Promise<void> {
  const [host, port] = address.split(':')
  const socket = connectTls({
    host,
    port: Number(port),
    servername: 'localhost',
    ALPNProtocols: ['h2'],
    ...options,
  })
  const closed = untilEnded(socket.resume())
  // On a busy machine, the server may end the handshake too.
  socket.once('secureConnect', () => socket.write(bytes))
  await closed
}

/** A call whose message is sent byte by byte, with this time between two. @returns its gRPC status; undefined if it ends without one */
export async function callByteByByte(
  address: string,
  { path, message, gapMs }: { readonly path: string; readonly message: Uint8Array; readonly gapMs: number },
): Promise<number | undefined> {
  const session = connectHttp2(`http://${address}`)
  session.on('error', () => {})
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  let status: number | undefined
  const read = (headers: { readonly 'grpc-status'?: unknown }) => {
    if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status'])
  }
  stream.on('response', read).on('trailers', read)
  stream.resume()
  const closed = untilEnded(stream)
  const frame = toGrpcFrame(message)
  for (const byte of frame) {
    if (stream.closed || stream.destroyed || status !== undefined) break
    stream.write(Buffer.from([byte]))
    await wait(gapMs)
  }
  stream.end()
  await closed
  session.destroy()
  return status
}
