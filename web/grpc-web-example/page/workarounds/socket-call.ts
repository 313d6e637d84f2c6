// A bidirectional call over a WebSocket: the bridge beside this page makes a gRPC call of each socket.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  EchoRequestSchema,
  type EchoResponse,
  EchoResponseSchema,
} from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import type { EchoRequestInit } from '../echo-calls.ts'

export interface SocketCall {
  readonly send: (request: EchoRequestInit) => void
  /** Half-closes the call: the other side may go on. */
  readonly end: () => void
  readonly cancel: () => void
  readonly ended: Promise<{ readonly code: number; readonly text: string }>
}

/** A message is a binary frame; an empty text is the half-close. @param url of the bridge, with the path of the method */
export async function socketCall(
  url: string,
  onMessage: (message: EchoResponse) => void,
): Promise<SocketCall> {
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  const opened = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<{ code: number; text: string }>()
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('error', () => opened.reject(new Error(`no bridge answers at ${url}`)))
  socket.addEventListener('message', ({ data }) =>
    onMessage(fromBinary(EchoResponseSchema, new Uint8Array(data))),
  )
  socket.addEventListener('close', ({ code, reason }) => ended.resolve({ code, text: reason }))
  await opened.promise
  return {
    send: (request) => socket.send(toBinary(EchoRequestSchema, create(EchoRequestSchema, request))),
    end: () => socket.send(''),
    cancel: () => socket.close(),
    ended: ended.promise,
  }
}
