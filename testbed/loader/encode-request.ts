// The request of a shape of calls, encoded once.

import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { GetRequestSchema, PutRequestSchema } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { isKeyValue, type SingleShape, type StreamShape, type UnaryShape } from './load-plan.ts'

/** The only key of a load. */
const KEY = 'load'

/** The request of each call. All requests of a stream are the same. */
export function encodeRequest(shape: SingleShape): Buffer {
  if (!isKeyValue(shape)) return encodeEcho(shape)
  if (shape.kind === 'get') return encode(GetRequestSchema, create(GetRequestSchema, { key: KEY }))
  const value = new Uint8Array(shape.payloadBytes ?? 0)
  return encode(PutRequestSchema, create(PutRequestSchema, { key: KEY, value }))
}

function encodeEcho(shape: UnaryShape | StreamShape): Buffer {
  const { payloadBytes = 0, responseBytes = 0 } = shape
  const delayMs = delayOf(shape)
  const request = create(EchoRequestSchema, {
    payload: new Uint8Array(payloadBytes),
    payloadSize: responseBytes,
    ...(delayMs > 0 && { delay: durationFromMs(delayMs) }),
    ...(shape.kind === 'server-stream' && { count: shape.messages }),
  })
  return encode(EchoRequestSchema, request)
}

function encode<D extends DescMessage>(schema: D, message: MessageShape<D>): Buffer {
  const bytes = toBinary(schema, message)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What the server waits before each response. The pauses of a client stream are the client's. */
function delayOf(shape: UnaryShape | StreamShape): number {
  if (shape.kind === 'client-stream') return 0
  return (shape.kind === 'unary' ? shape.delayMs : shape.everyMs) ?? 0
}
