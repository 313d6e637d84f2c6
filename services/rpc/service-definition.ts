// Makes grpc-js's service definition from a protobuf-es service descriptor.
import type { DescMessage, DescMethod, DescService, Message, MessageInitShape } from '@bufbuild/protobuf'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'

/** The size limit of our servers and clients, in bytes: echo's largest payload, with room for the other fields. */
export const MAX_MESSAGE_BYTES = 20 * 1024 * 1024

/** grpc-js's definition of a method. Sent messages may be initializers; received ones are complete messages. */
export interface RpcMethod {
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
  readonly requestSerialize: (message: unknown) => Buffer
  readonly requestDeserialize: (bytes: Buffer) => Message
  readonly responseSerialize: (message: unknown) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Message
}

/** A service's methods by their `localName`, for grpc-js's `Server.addService`. */
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

/** The types of handlers and calls guarantee the message type. `Buffer.from` makes a view, not a copy. */
function encode(schema: DescMessage, message: unknown): Buffer {
  const bytes = toBinary(schema, create(schema, message as MessageInitShape<DescMessage>))
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Reads through a plain Uint8Array: for a Buffer, `slice()` of a bytes field would not copy. */
function decode(schema: DescMessage, bytes: Buffer): Message {
  return fromBinary(schema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}
