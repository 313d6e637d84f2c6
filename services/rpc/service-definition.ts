// Makes grpc-js's service definition from a protobuf-es service descriptor.
import type { DescMessage, DescMethod, DescService, Message, MessageInitShape } from '@bufbuild/protobuf'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'

/** Bytes of the largest message that our servers and clients take: echo's largest payload, with room for the rest. */
export const MAX_MESSAGE_BYTES = 20 * 1024 * 1024

/** What grpc-js wants to know of a method. What is sent may be an initialiser; what arrives is a whole message. */
export interface RpcMethod {
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
  readonly requestSerialize: (message: unknown) => Buffer
  readonly requestDeserialize: (bytes: Buffer) => Message
  readonly responseSerialize: (message: unknown) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Message
}

/** A service's methods by their `localName`, as grpc-js's `Server.addService` wants them. */
export function serviceDefinition(desc: DescService): Readonly<Record<string, RpcMethod>> {
  return Object.fromEntries(desc.methods.map((method) => [method.localName, rpcMethod(method)]))
}

/** Path, stream flags and codecs of one method. */
export function rpcMethod({ name, parent, methodKind, input, output }: DescMethod): RpcMethod {
  return {
    path: `/${parent.typeName}/${name}`,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    requestSerialize: (message) => encode(input, message),
    requestDeserialize: (bytes) => decode(input, bytes),
    responseSerialize: (message) => encode(output, message),
    responseDeserialize: (bytes) => decode(output, bytes),
  }
}

/** The types of handlers and calls have checked the message; `Buffer.from` makes a view, not a copy. */
function encode(schema: DescMessage, message: unknown): Buffer {
  const bytes = toBinary(schema, create(schema, message as MessageInitShape<DescMessage>))
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Reads through a plain Uint8Array, since `slice()` of a bytes field would not copy if it were a Buffer. */
function decode(schema: DescMessage, bytes: Buffer): Message {
  return fromBinary(schema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}
