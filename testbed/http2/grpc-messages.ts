// The gRPC messages in the DATA frames of a stream. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

export interface GrpcMessage {
  readonly compressed: boolean
  /** Without the five bytes before it. */
  readonly bytes: Buffer
}

const PREFIX_BYTES = 5

/** Of one direction of a stream. */
export class GrpcMessageReader {
  #chunks: Buffer[] = []
  #bytes = 0

  /** The messages that end in the data of this frame. @throws Error if the first byte of a message is no compressed flag */
  push(data: Buffer): GrpcMessage[] {
    this.#chunks.push(data)
    this.#bytes += data.length
    const messages: GrpcMessage[] = []
    while (this.#bytes >= PREFIX_BYTES) {
      const prefix = this.#joined(PREFIX_BYTES)
      const flag = prefix.readUInt8(0)
      if (flag > 1) throw new Error(`a message begins with ${flag}, not with 0 or 1: this is not gRPC`)
      const end = PREFIX_BYTES + prefix.readUInt32BE(1)
      if (this.#bytes < end) break
      const whole = this.#joined(end)
      messages.push({
        compressed: flag === 1,
        bytes: whole.subarray(PREFIX_BYTES, end),
      })
      this.#chunks[0] = whole.subarray(end)
      this.#bytes -= end
    }
    return messages
  }

  /** Bytes of a message that has not ended. */
  get pending(): number {
    return this.#bytes
  }

  /** At least that number of the first bytes, in one chunk. */
  #joined(count: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= count) return first
    const joined = Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined
  }
}
