// The gRPC messages in the DATA frames of a stream. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

import { COMPRESSED, GrpcFrameReader } from '../../core/grpc-framing.ts'

export interface GrpcMessage {
  readonly compressed: boolean
  /** Without the five bytes before it. */
  readonly bytes: Buffer
}

/** Of one direction of a stream. */
export class GrpcMessageReader {
  readonly #frames = new GrpcFrameReader((flags) => {
    if (flags > COMPRESSED)
      throw new Error(`a message begins with ${flags}, not with 0 or 1: this is not gRPC`)
  })

  /** The messages that end in the data of this frame. @throws Error if the first byte of a message is no compressed flag */
  push(data: Buffer): GrpcMessage[] {
    return this.#frames.push(data).map(({ flags, bytes }) => ({ compressed: flags === COMPRESSED, bytes }))
  }

  /** Bytes of a message that has not ended. */
  get pending(): number {
    return this.#frames.left
  }
}
