// The lower floor: the same as the floor, on Node's HTTP/2 itself. Each response is framed once for all streams, and no stream copies
// it. What lies between the two floors is the cost of grpc-js.

import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { serveBenchmark } from './control-socket.ts'
import { createFloor } from './floor.ts'

/** Of a message of gRPC: whether it is compressed, and its length. */
const PREFIX_BYTES = 5

await serveBenchmark(async (size) => {
  const floor = createFloor(size, framed)
  const server = createServer()
  server.on('stream', (stream, { ':path': path = '' }) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
    const take = floor.open(path.slice(path.lastIndexOf('/') + 1), stream)
    let unread: Buffer = Buffer.alloc(0)
    stream.on('data', (chunk: Buffer) => {
      unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk])
      while (unread.length >= PREFIX_BYTES) {
        const end = PREFIX_BYTES + unread.readUInt32BE(1)
        if (unread.length < end) return
        take(unread.subarray(PREFIX_BYTES, end))
        unread = unread.subarray(end)
      }
    })
    stream.on('error', () => {})
    stream.on('close', () => floor.close(stream))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, bump: floor.bump }
})

function framed(response: Buffer): Buffer {
  const message = Buffer.alloc(PREFIX_BYTES + response.length)
  message.writeUInt32BE(response.length, 1)
  message.set(response, PREFIX_BYTES)
  return message
}
