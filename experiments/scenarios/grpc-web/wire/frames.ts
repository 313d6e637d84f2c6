// Bodies of gRPC-Web, taken apart: messages, and the trailers in the last frame.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md

/** The most significant bit of a frame's first byte: the frame holds trailers. */
const TRAILERS = 0x80
const HEAD_BYTES = 5

export interface Frame {
  readonly kind: 'message' | 'trailers'
  readonly bytes: Uint8Array
}

/** A message in its frame, uncompressed. */
export function toFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(message.byteLength, 1)
  return Buffer.concat([head, message])
}

/** Takes frames from bytes as they come. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  /** @returns the frames that are complete now */
  push(bytes: Uint8Array): readonly Frame[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const frames: Frame[] = []
    while (this.#rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#rest.readUInt32BE(1)
      if (this.#rest.length < end) break
      const kind = ((this.#rest[0] ?? 0) & TRAILERS) === 0 ? 'message' : 'trailers'
      frames.push({ kind, bytes: this.#rest.subarray(HEAD_BYTES, end) })
      this.#rest = this.#rest.subarray(end)
    }
    return frames
  }

  /** Bytes of a frame that is not complete. */
  get left(): number {
    return this.#rest.length
  }
}

/** Decodes base64 as it comes: each flush of a server may end with padding of its own. */
export class Base64Reader {
  #rest = ''

  push(text: string): Buffer {
    this.#rest += text
    const whole = this.#rest.length - (this.#rest.length % 4)
    const groups = this.#rest.slice(0, whole).match(/[^=]+=*/g) ?? []
    this.#rest = this.#rest.slice(whole)
    return Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')))
  }
}

/** The lines of a frame of trailers, by their names in lower case. */
export function toTrailers(bytes: Uint8Array): Readonly<Record<string, string>> {
  const lines = Buffer.from(bytes).toString().split('\r\n')
  return Object.fromEntries(
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
    }),
  )
}
