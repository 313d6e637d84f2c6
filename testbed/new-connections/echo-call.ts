// A small unary call of the echo service, by grpc-js and by Node's http2 alone.

import { once } from 'node:events'
import type { ClientHttp2Session } from 'node:http2'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { Client } from '@grpc/grpc-js'
import { toGrpcFrame } from '../../core/grpc-framing.ts'

const PATH = `/${EchoService.typeName}/${EchoService.method.unary.name}`
const REQUEST = Buffer.from(toBinary(EchoRequestSchema, create(EchoRequestSchema, { payloadSize: 64 })))

/** @returns the client's address, as the server saw it */
export function callByGrpc(client: Client): Promise<string> {
  const bytes = (value: Buffer) => value
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<Buffer, Buffer>(PATH, bytes, bytes, REQUEST, (error, answer) =>
      error ? reject(error) : resolve(answer ? fromBinary(EchoResponseSchema, answer).peer : ''),
    )
  })
}

/** Sends the request at once, also if the connection is not open yet: its frames wait for it. */
export async function callByHttp2(session: ClientHttp2Session): Promise<void> {
  const stream = session.request({
    ':method': 'POST',
    ':path': PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  let status: unknown
  stream.on('trailers', (trailers) => {
    status = trailers['grpc-status']
  })
  stream.end(toGrpcFrame(REQUEST))
  stream.resume()
  await once(stream, 'end')
  if (status !== '0') throw new Error(`the call ended with status ${String(status)}`)
}
