// Bodies of gRPC-Web, taken apart: messages, and the trailers in the last frame.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md

import { GrpcFrameReader, TRAILERS } from '../../../../core/grpc-framing.ts'

export interface Frame {
  readonly kind: 'message' | 'trailers'
  readonly bytes: Uint8Array
}

/** Takes frames from bytes as they come. */
export class FrameReader {
  readonly #frames = new GrpcFrameReader()

  /** @returns the frames that are complete now */
  push(bytes: Buffer): readonly Frame[] {
    return this.#frames
      .push(bytes)
      .map(({ flags, bytes }) => ({ kind: (flags & TRAILERS) === 0 ? 'message' : 'trailers', bytes }))
  }

  /** Bytes of a frame that is not complete. */
  get left(): number {
    return this.#frames.left
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
