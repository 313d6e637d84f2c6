// A request that ends its stream, with the gRPC status that the client gets.

import { status as grpcStatus } from '@grpc/grpc-js'
import { messageOf } from '../cache/option.ts'

export class BadRequest extends Error {
  readonly code: grpcStatus

  constructor(message: string, code = grpcStatus.INVALID_ARGUMENT) {
    super(message)
    this.code = code
  }
}

/** @throws BadRequest if the bytes cannot be decoded */
export function decodeOrReject<Decoded>(decode: () => Decoded): Decoded {
  try {
    return decode()
  } catch (error) {
    throw new BadRequest(`the request cannot be decoded: ${messageOf(error)}`)
  }
}
