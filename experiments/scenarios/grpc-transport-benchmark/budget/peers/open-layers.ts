// Makes one call of each layer, after the other, over connections that stay open.

import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  EchoResponseSchema,
  EchoService,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Client, credentials } from '@grpc/grpc-js'
import { MAX_MESSAGE_BYTES } from '../../../../../services/rpc/index.ts'
import { IDENTITY_PATH, type Layer, type LayersRun, PROTOBUF_PATH } from '../layers.ts'

/** Resolves with the length of the answer: in bytes for those of bytes, of the payload for messages. */
export type Call = () => Promise<number>

export interface OpenLayers {
  readonly calls: Readonly<Record<Layer, Call>>
  readonly expected: Readonly<Record<Layer, number>>
  readonly requestBytes: number
}

export async function openLayers({ targets, payloadBytes }: LayersRun): Promise<OpenLayers> {
  const made = create(EchoRequestSchema, {
    payload: new Uint8Array(payloadBytes),
    payloadSize: payloadBytes,
  })
  const request = Buffer.from(toBinary(EchoRequestSchema, made))
  const socket = await openSocket(targets.socket)
  const client = new Client(targets.grpc, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  })
  const same = (bytes: Buffer) => bytes
  const echoPath = `/${EchoService.typeName}/${EchoService.method.unary.name}`
  const typed = (path: string) => () =>
    new Promise<number>((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        (message: typeof made) => Buffer.from(toBinary(EchoRequestSchema, message)),
        (bytes) => fromBinary(EchoResponseSchema, bytes),
        made,
        (error, answer) => (error ? reject(error) : resolve(answer?.payload.length ?? 0)),
      )
    })
  return {
    requestBytes: request.length,
    calls: {
      socket: () => roundTrip(socket, request),
      http2: openHttp2(targets.http2, request),
      identity: () =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(IDENTITY_PATH, same, same, request, (error, answer) =>
            error ? reject(error) : resolve(answer?.length ?? 0),
          )
        }),
      protobuf: typed(PROTOBUF_PATH),
      handler: typed(echoPath),
    },
    expected: {
      ...{ socket: request.length, http2: request.length, identity: request.length },
      ...{ protobuf: payloadBytes, handler: payloadBytes },
    },
  }
}

async function openSocket(target: string): Promise<Socket> {
  const { path, host, port } = addressOf(target)
  const socket = path === undefined ? connect({ host, port, noDelay: true }) : connect(path)
  await once(socket, 'connect')
  return socket
}

function roundTrip(socket: Socket, message: Buffer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let received = 0
  const onData = (chunk: Buffer) => {
    received += chunk.length
    if (received < message.length) return
    socket.off('data', onData).off('close', onClose)
    resolve(received)
  }
  const onClose = () => reject(new Error('the socket echo closed the connection'))
  socket.on('data', onData).once('close', onClose)
  socket.write(message)
  return promise
}

function openHttp2(target: string, body: Buffer): Call {
  const { path, host, port } = addressOf(target)
  const session = connectHttp2(`http://${path === undefined ? target : 'localhost'}`, {
    ...(path !== undefined && { createConnection: () => connect(path) }),
    ...(path === undefined && { createConnection: () => connect({ host, port, noDelay: true }) }),
  })
  const closed = once(session, 'close').then(() => Promise.reject(new Error('the HTTP/2 session closed')))
  closed.catch(() => {})
  return () => {
    const answered = new Promise<number>((resolve, reject) => {
      const stream = session.request({ ':method': 'POST', ':path': '/echo' })
      let received = 0
      stream.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      stream.on('end', () => resolve(received))
      stream.on('error', reject)
      stream.end(body)
    })
    return Promise.race([answered, closed])
  }
}

function addressOf(target: string) {
  if (target.startsWith('unix:')) return { path: target.slice('unix:'.length), host: '', port: 0 }
  const at = target.lastIndexOf(':')
  return { path: undefined, host: target.slice(0, at), port: Number(target.slice(at + 1)) }
}
