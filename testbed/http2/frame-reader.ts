// Cuts one direction of a connection into frames, however its bytes are split over chunks.

import { decodeFrame, decodeHead, HEAD_BYTES } from './decode-frame.ts'
import type { Frame } from './frame-types.ts'

/** Takes the bytes after the preface. */
export class FrameReader {
  #chunks: Buffer[] = []
  #bytes = 0

  /** The frames that end in this chunk. Malformed ones have a `problem`; their length is still right, so the next one is found. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    const frames: Frame[] = []
    for (;;) {
      if (this.#bytes < HEAD_BYTES) return frames
      const head = decodeHead(this.#peek(HEAD_BYTES))
      if (this.#bytes < HEAD_BYTES + head.length) return frames
      const whole = this.#peek(HEAD_BYTES + head.length)
      this.#drop(whole.length)
      frames.push(decodeFrame(head, whole.subarray(HEAD_BYTES)))
    }
  }

  /** Bytes of a frame that has not ended. */
  get pending(): number {
    return this.#bytes
  }

  /** The first bytes; copied only if they are in several chunks. */
  #peek(count: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= count) return first.subarray(0, count)
    const joined = Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined.subarray(0, count)
  }

  /** After `#peek` of as many, they are all in the first chunk. */
  #drop(count: number): void {
    const [first, ...others] = this.#chunks
    if (first === undefined) return
    this.#chunks = first.length > count ? [first.subarray(count), ...others] : others
    this.#bytes -= count
  }
}
