// Google's descriptions of methods, made from the stubs that protoc-gen-es generates from our .proto files.

import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { MethodDescriptor, MethodType } from 'grpc-web'

/**
 * What `protoc-gen-grpc-web` would generate for the method. Google's client wants classes of the messages, which it only passes on:
 * messages of protobuf-es are plain objects.
 */
export function googleMethod<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O> | DescMethodServerStreaming<I, O>,
): MethodDescriptor<MessageInitShape<I>, MessageShape<O>> {
  const { input, output, methodKind } = method
  return new MethodDescriptor<MessageInitShape<I>, MessageShape<O>>(
    pathOf(method),
    methodKind === 'unary' ? MethodType.UNARY : MethodType.SERVER_STREAMING,
    Object as never,
    Object as never,
    (request: MessageInitShape<I>) => toBinary(input, create(input, request)),
    (bytes: Uint8Array) => fromBinary(output, bytes),
  )
}

/** Such as `/switchyard.echo.v1.EchoService/Unary`. */
export function pathOf({ parent, name }: Pick<DescMethodUnary, 'parent' | 'name'>): string {
  return `/${parent.typeName}/${name}`
}
