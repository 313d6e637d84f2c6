// The servers of the layers above the socket, in one process: an HTTP/2 echo of bytes, and a gRPC server with three methods.

import { createServer } from 'node:http2'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import { echoService } from '../../../../../services/echo.ts'
import { addService, MAX_MESSAGE_BYTES } from '../../../../../services/rpc/index.ts'
import { IDENTITY_PATH, PROTOBUF_PATH } from '../layers.ts'

const same = (bytes: Buffer) => bytes
const ANSWERS = new Map<number, Uint8Array>()

/** A payload that is made once: to make it is a part of the handler that is measured elsewhere. */
function payloadOf(bytes: number): Uint8Array {
  const known = ANSWERS.get(bytes) ?? new Uint8Array(bytes)
  ANSWERS.set(bytes, known)
  return known
}

async function serveHttp2(listen: string): Promise<string> {
  const server = createServer()
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200 })
    stream.pipe(stream)
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  if (listen.startsWith('unix:')) server.listen(listen.slice('unix:'.length), resolve)
  else server.listen({ host: hostOf(listen), port: 0 }, resolve)
  await promise
  const address = server.address()
  return typeof address === 'object' && address ? `${address.address}:${address.port}` : listen
}

async function serveGrpc(listen: string): Promise<string> {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES })
  server.addService(
    {
      identity: {
        ...{ path: IDENTITY_PATH, requestStream: false, responseStream: false },
        ...{ requestSerialize: same, requestDeserialize: same },
        ...{ responseSerialize: same, responseDeserialize: same },
      },
      protobuf: {
        ...{ path: PROTOBUF_PATH, requestStream: false, responseStream: false },
        requestSerialize: same,
        requestDeserialize: (bytes: Buffer) => fromBinary(EchoRequestSchema, bytes),
        responseSerialize: (answer: ReturnType<typeof made>) =>
          Buffer.from(toBinary(EchoResponseSchema, answer)),
        responseDeserialize: same,
      },
    },
    {
      identity: (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) =>
        respond(null, call.request),
      protobuf: (
        call: ServerUnaryCall<{ readonly payloadSize: number }, unknown>,
        respond: sendUnaryData<unknown>,
      ) => respond(null, made(call.request.payloadSize)),
    },
  )
  addService(server, EchoService, echoService('budget'))
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync(listen, ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  )
  const port = await promise
  return listen.startsWith('unix:') ? listen : `${hostOf(listen)}:${port}`
}

const made = (bytes: number) =>
  create(EchoResponseSchema, { backendId: 'budget', payload: payloadOf(bytes), peer: 'nobody' })

const hostOf = (listen: string) => listen.slice(0, listen.lastIndexOf(':'))

async function main([http2 = '', grpc = '']: readonly string[]): Promise<void> {
  const served = { http2: await serveHttp2(http2), grpc: await serveGrpc(grpc) }
  process.stdin.on('close', () => process.exit(0)).resume()
  process.stdout.write(`${JSON.stringify({ served })}\n`)
}

void main(process.argv.slice(2))
