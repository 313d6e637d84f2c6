// Makes one call with client and server in this process, and prints each copy of much of its payload, with who made it.
// Copies inside Node's C++ are not seen: those of sockets and of HTTP/2 frames.

import { promisify } from 'node:util'
import { Client, credentials, Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js'
import { asBytes, ECHO_PATH } from '../methods.ts'
import { decodeEcho, echoRequest, encodeAsCopy, encodeAsView } from './echo-codec.ts'
import { copiesDuring } from './watch-copies.ts'

const [way = 'grpc', size = '65536'] = process.argv.slice(2)
const codec =
  way === 'grpc'
    ? { encode: asBytes, decode: asBytes }
    : { encode: way === 'protobuf' ? encodeAsView : encodeAsCopy, decode: decodeEcho }
const method = {
  ...{ path: ECHO_PATH, requestStream: false, responseStream: false },
  ...{ requestSerialize: codec.encode as (message: unknown) => Buffer, requestDeserialize: codec.decode },
  ...{ responseSerialize: asBytes, responseDeserialize: asBytes },
} as const

const server = new Server({ 'grpc.max_receive_message_length': -1 })
server.addService(
  { echo: method },
  { echo: (_: unknown, answer: sendUnaryData<Buffer>) => answer(null, Buffer.alloc(0)) },
)
const port = await promisify(server.bindAsync.bind(server))('127.0.0.1:0', ServerCredentials.createInsecure())
const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
const bytes = Number(size)

function call(payload: Buffer): Promise<void> {
  const request = way === 'grpc' ? payload : echoRequest(payload)
  return new Promise((resolve, reject) => {
    const done = (error: Error | null) => (error ? reject(error) : resolve())
    client.makeUnaryRequest(method.path, method.requestSerialize, asBytes, request, done)
  })
}

await call(Buffer.alloc(1))
const payload = Buffer.alloc(bytes, 'x')
const copies = await copiesDuring(() => call(payload), bytes / 2)
process.stdout.write(`${JSON.stringify({ copies })}\n`)
client.close()
server.forceShutdown()
