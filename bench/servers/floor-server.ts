// The floor: plain streams of grpc-js that write the changed resources, without any xDS logic. The cost of the library is what it
// takes beyond this.

import { Server, ServerCredentials } from '@grpc/grpc-js'
import { byteMethod } from '../../xds-server/services/byte-method.ts'
import type { ByteStream as Stream } from '../../xds-server/services/xds-stream.ts'
import { serveBenchmark } from './control-socket.ts'
import { createFloor, METHODS, SERVICE } from './floor.ts'

await serveBenchmark(async (size) => {
  const floor = createFloor(size, (response) => response)
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const handle = (method: string) => (stream: Stream) => {
    stream.on('data', floor.open(method, stream))
    stream.on('end', () => stream.end())
    for (const ending of ['close', 'cancelled', 'error']) stream.on(ending, () => floor.close(stream))
  }
  server.addService(
    Object.fromEntries(METHODS.map((method) => [method, byteMethod(`${SERVICE}/${method}`)])),
    Object.fromEntries(METHODS.map((method) => [method, handle(method)])),
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  )
  return { address: `127.0.0.1:${port}`, bump: floor.bump }
})
