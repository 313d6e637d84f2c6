// The frames of gRPC-Web: messages as in gRPC, and the trailers as a last frame of the body, because browsers hide real trailers.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md

const HEADER_BYTES = 5
const TRAILERS = 0x80

export interface Frame {
  readonly kind: 'message' | 'trailers'
  readonly content: Uint8Array<ArrayBuffer>
}

/** A message with its header: one byte of flags, and the length in four. */
export function frameOf(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + message.length)
  new DataView(frame.buffer).setUint32(1, message.length)
  frame.set(message, HEADER_BYTES)
  return frame
}

/** Reads frames of a body that arrives in pieces. */
export class FrameReader {
  #rest = new Uint8Array()

  /** The frames that are complete with this piece. */
  take(piece: Uint8Array): readonly Frame[] {
    const bytes = new Uint8Array(this.#rest.length + piece.length)
    bytes.set(this.#rest)
    bytes.set(piece, this.#rest.length)
    const view = new DataView(bytes.buffer)
    const frames: Frame[] = []
    let begin = 0
    while (bytes.length >= begin + HEADER_BYTES) {
      const end = begin + HEADER_BYTES + view.getUint32(begin + 1)
      if (bytes.length < end) break
      const isTrailers = (bytes[begin] ?? 0) >= TRAILERS
      frames.push({
        kind: isTrailers ? 'trailers' : 'message',
        content: bytes.slice(begin + HEADER_BYTES, end),
      })
      begin = end
    }
    this.#rest = bytes.slice(begin)
    return frames
  }
}

/** Trailers are written as HTTP/1.1 headers are: `grpc-status:0\r\n`. */
export function readTrailers(content: Uint8Array): Readonly<Record<string, string>> {
  const lines = new TextDecoder().decode(content).split('\r\n')
  return Object.fromEntries(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
  )
}
