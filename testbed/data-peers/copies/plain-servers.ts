// Servers that take payloads without gRPC: by a socket alone, and by Node's http2.

import { once } from 'node:events'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { LENGTH_BYTES } from './ways.ts'

/** @param onSocket called with each connection @returns its port */
export async function openPlainServer(
  kind: 'raw' | 'http2',
  host: string,
  onSocket: (socket: Socket) => void,
): Promise<number> {
  const http2 = createHttp2Server((request, response) => {
    request.resume()
    request.on('end', () => response.end())
  })
  const server = createServer({ noDelay: true }, (socket) => {
    onSocket(socket)
    if (kind === 'raw') answerPayloads(socket)
    else http2.emit('connection', socket)
  })
  server.listen({ host, port: 0 })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const DONE = Buffer.from('.')

/** Answers with a byte when a whole payload has come. Its bytes are looked at nowhere. */
function answerPayloads(socket: Socket): void {
  let left = 0
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    let at = 0
    if (left === 0) {
      const head = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      if (head.length < LENGTH_BYTES) {
        rest = head
        return
      }
      left = head.readUInt32BE()
      at = LENGTH_BYTES - rest.length
      rest = Buffer.alloc(0)
    }
    left -= chunk.length - at
    if (left === 0) socket.write(DONE)
  })
}
