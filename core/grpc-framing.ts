// Messages of gRPC on the wire: each behind a prefix of five bytes, which are its flags and its length.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and PROTOCOL-WEB.md beside it

export const GRPC_PREFIX_BYTES = 5

/** The flag of a compressed message. */
export const COMPRESSED = 0x01
/** The flag of trailers, which gRPC-Web sends in the body. */
export const TRAILERS = 0x80

export interface GrpcFrame {
  readonly flags: number
  /** Without the prefix; a view of the bytes that were read. */
  readonly bytes: Buffer
}

export function toGrpcFrame(message: Uint8Array, flags = 0): Buffer {
  const frame = Buffer.alloc(GRPC_PREFIX_BYTES + message.length)
  frame.writeUInt8(flags)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, GRPC_PREFIX_BYTES)
  return frame
}

/** A message without fields, which is a valid one of every method. */
export const EMPTY_GRPC_FRAME: Buffer = toGrpcFrame(Buffer.alloc(0))

/** Takes frames from bytes as they come. A frame is copied only if it comes in parts. */
export class GrpcFrameReader {
  readonly #checkFlags: (flags: number) => void
  #chunks: Buffer[] = []
  #bytes = 0

  /** @param checkFlags may throw when a frame begins */
  constructor(checkFlags: (flags: number) => void = () => {}) {
    this.#checkFlags = checkFlags
  }

  /** The frames that end in these bytes. */
  push(bytes: Buffer): readonly GrpcFrame[] {
    this.#chunks.push(bytes)
    this.#bytes += bytes.length
    const frames: GrpcFrame[] = []
    while (this.#bytes >= GRPC_PREFIX_BYTES) {
      const prefix = this.#joined(GRPC_PREFIX_BYTES)
      const flags = prefix.readUInt8(0)
      this.#checkFlags(flags)
      const end = GRPC_PREFIX_BYTES + prefix.readUInt32BE(1)
      if (this.#bytes < end) break
      const whole = this.#joined(end)
      frames.push({ flags, bytes: whole.subarray(GRPC_PREFIX_BYTES, end) })
      this.#chunks[0] = whole.subarray(end)
      this.#bytes -= end
    }
    if (this.#bytes === 0) this.#chunks = []
    return frames
  }

  /** Bytes of a frame that has not ended. */
  get left(): number {
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
