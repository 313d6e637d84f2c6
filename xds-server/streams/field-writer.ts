// Writes the few fields that each response has of its own in front of the part that it shares with others. It writes into one buffer
// that is used again and again: a writer of its own for each response would take longer than everything else of the encoding.

import { WireType } from '@bufbuild/protobuf/wire'

/** More than version, type and nonce need. A response that removes many names makes the buffer larger. */
const INITIAL_BYTES = 1_024

/** Longer texts are written faster by `Buffer.write`. */
const MAX_SHORT_BYTES = 64

const MAX_KEPT_BYTES = 256 * 1_024

/** The longest varint of a tag or a length. */
const MAX_VARINT_BYTES = 5

export class FieldWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES)
  #length = 0

  /** Begins a message. If the one before could not be written to its end, what it left is dropped. */
  begin(): void {
    this.#length = 0
  }

  string(field: number, text: string): void {
    if (this.#tryAscii(field, text)) return
    const size = Buffer.byteLength(text)
    this.#beginField(field, size)
    this.#length += this.#bytes.write(text, this.#length, size)
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.#beginField(field, bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** What was written, with a shared part after it, in a buffer of its own. */
  finish(shared: Uint8Array): Buffer {
    const message = Buffer.allocUnsafe(this.#length + shared.length)
    message.set(this.#bytes.subarray(0, this.#length))
    message.set(shared, this.#length)
    this.#reset()
    return message
  }

  /** What was written, until the next message begins. */
  take(): Buffer {
    const message = this.#bytes.subarray(0, this.#length)
    this.#reset()
    return message
  }

  /** One large message does not keep its memory. */
  #reset(): void {
    this.#length = 0
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(INITIAL_BYTES)
  }

  /** Nonces, versions, type URLs and nearly all names. `Buffer.write` costs more for them than their bytes. */
  #tryAscii(field: number, text: string): boolean {
    const size = text.length
    if (size > MAX_SHORT_BYTES) return false
    const begin = this.#length
    this.#beginField(field, size)
    const bytes = this.#bytes
    let at = this.#length
    for (let index = 0; index < size; index += 1) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) {
        this.#length = begin
        return false
      }
      bytes[at++] = code
    }
    this.#length = at
    return true
  }

  #beginField(field: number, size: number): void {
    this.#makeRoom(2 * MAX_VARINT_BYTES + size)
    this.#varint((field << 3) | WireType.LengthDelimited)
    this.#varint(size)
  }

  #varint(value: number): void {
    let left = value
    for (; left > 0x7f; left >>>= 7) this.#bytes[this.#length++] = (left & 0x7f) | 0x80
    this.#bytes[this.#length++] = left
  }

  #makeRoom(size: number): void {
    const needed = this.#length + size
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * needed)
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
