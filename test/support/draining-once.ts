// A backend that answers its first call by GOAWAY, as it happens to a call that crosses the GOAWAY of a drain, and serves all others.

import { once } from 'node:events'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import { EMPTY_GRPC_FRAME } from '../../core/grpc-framing.ts'

/** https://www.rfc-editor.org/rfc/rfc9113#section-6.5 */
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

/** Of no stream and without an error, so that no call was processed: https://www.rfc-editor.org/rfc/rfc9113#section-6.8 */
const GOAWAY = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const HEADERS = 1

/** @returns its address */
export async function startDrainingOnce(t: Test): Promise<string> {
  const http2 = createHttp2Server()
  http2.on('stream', (stream) => {
    stream.on('error', () => {})
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(EMPTY_GRPC_FRAME)
  })
  let isDrained = false
  const server = createServer((socket) => {
    t.teardown(() => socket.destroy())
    socket.on('error', () => {})
    if (isDrained) http2.emit('connection', socket)
    else void untilCalled(socket).then(() => socket.end(GOAWAY))
    isDrained = true
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Resolves when the headers of a call have arrived. */
async function untilCalled(socket: Socket): Promise<void> {
  socket.write(SETTINGS)
  let received = Buffer.alloc(0)
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, chunk])
    let at = PREFACE.length
    while (received.length >= at + 9) {
      if (received[at + 3] === HEADERS) return
      at += 9 + received.readUIntBE(at, 3)
    }
  }
}
