// Requests of the echo service as grpc-js needs them, by protobuf-es, with the copy that a naive wrapper makes and without.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { type EchoRequest, EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'

export const echoRequest = (payload: Uint8Array): EchoRequest => create(EchoRequestSchema, { payload })

/** A Buffer around the same memory, as the adapter in services/rpc makes it. */
export function encodeAsView(message: EchoRequest): Buffer {
  const bytes = toBinary(EchoRequestSchema, message)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** `Buffer.from` of a Uint8Array copies it. */
export const encodeAsCopy = (message: EchoRequest): Buffer =>
  Buffer.from(toBinary(EchoRequestSchema, message))

export const decodeEcho = (bytes: Buffer): EchoRequest =>
  fromBinary(EchoRequestSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
