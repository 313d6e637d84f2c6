// The lower floor: the same as the floor, on Node's HTTP/2 itself. Each response is framed once for all streams, and no stream copies
// it. What lies between the two floors is the cost of grpc-js.

import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { GrpcFrameReader, toGrpcFrame } from '../../core/grpc-framing.ts'
import { serveBenchmark } from './control-socket.ts'
import { createFloor } from './floor.ts'

await serveBenchmark(async (size) => {
  const floor = createFloor(size, toGrpcFrame)
  const server = createServer()
  server.on('stream', (stream, { ':path': path = '' }) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
    const take = floor.open(path.slice(path.lastIndexOf('/') + 1), stream)
    const frames = new GrpcFrameReader()
    stream.on('data', (chunk: Buffer) => {
      for (const { bytes } of frames.push(chunk)) take(bytes)
    })
    stream.on('error', () => {})
    stream.on('close', () => floor.close(stream))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, bump: floor.bump }
})
