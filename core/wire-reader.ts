// Reads the wire format of protobuf in place, without a message object for each part: telemetry has many small parts.
// https://protobuf.dev/programming-guides/encoding/

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

type Read<Target, Reader> = (reader: Reader, target: Target) => void

/** Field numbers of one message, and what reads each of them. Others, and those of another wire type, are skipped. */
export interface Fields<Target, Reader = WireReader> {
  readonly [field: number]: { readonly type: WireType; readonly read: Read<Target, Reader> }
}

/** A field that is a message, a text or bytes. */
export function part<Target, Reader = WireReader>(read: Read<Target, Reader>) {
  return { type: WireType.LengthDelimited, read }
}

export function varint<Target, Reader = WireReader>(read: Read<Target, Reader>) {
  return { type: WireType.Varint, read }
}

export function fixed64<Target, Reader = WireReader>(read: Read<Target, Reader>) {
  return { type: WireType.Bit64, read }
}

/** Bytes of the longest varint. */
const MAX_VARINT_BYTES = 10

export class WireReader extends BinaryReader {
  readonly #bytes: Uint8Array
  #end: number

  constructor(bytes: Uint8Array) {
    super(bytes)
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** Reads the fields of a message up to its end. @returns the target */
  message<Target>(fields: Fields<Target, this>, target: Target): Target {
    while (this.pos < this.#end) {
      const [number, wireType] = this.tag()
      const field = fields[number]
      if (field?.type === wireType) field.read(this, target)
      else this.skip(wireType, number)
    }
    if (this.pos > this.#end) throw new RangeError('premature end of a message')
    return target
  }

  /** The same for a message within a message. */
  nested<Target>(fields: Fields<Target, this>, target: Target): Target {
    const outer = this.#end
    const end = this.uint32() + this.pos
    if (end > outer) throw new RangeError('premature end of a message')
    this.#end = end
    this.message(fields, target)
    this.#end = outer
    return target
  }

  /** A `uint64`, exact up to 2⁵³ − 1. `BinaryReader.uint64` would make a bigint of it, which takes most of the time. */
  integer(): number {
    let value = 0
    let factor = 1
    for (let read = 0; read < MAX_VARINT_BYTES; read += 1) {
      const byte = this.#bytes[this.pos]
      if (byte === undefined) throw new RangeError('premature end of a number')
      this.pos += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 0x80
    }
    throw new RangeError(`a number has more than ${MAX_VARINT_BYTES} bytes`)
  }
}
