// Reads the wire format of protobuf in place, without a message object for each part: reports have many small parts.
// https://protobuf.dev/programming-guides/encoding/

import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire'

/** A report that breaks a bound. */
export class InvalidReport extends Error {}

/** Characters of a name: of a cluster, a part of a locality, an address, a category. */
export const MAX_NAME_LENGTH = 1_024
/** Clusters, localities, endpoints, categories and metrics of one report together. */
const MAX_ENTRIES = 50_000

/** Field numbers of one message, and what reads each of them. Others, and those of another wire type, are skipped. */
export interface Fields<Target> {
  readonly [field: number]: {
    readonly type: WireType
    readonly read: (reader: WireReader, target: Target) => void
  }
}

/** Bytes of the longest varint. */
const MAX_VARINT_BYTES = 10

export class WireReader extends BinaryReader {
  readonly #bytes: Uint8Array
  #end: number
  #entriesLeft = MAX_ENTRIES

  constructor(bytes: Uint8Array) {
    super(bytes)
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** Reads the fields of a message up to its end. @returns the target */
  message<Target>(fields: Fields<Target>, target: Target): Target {
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
  nested<Target>(fields: Fields<Target>, target: Target): Target {
    const outer = this.#end
    const end = this.uint32() + this.pos
    if (end > outer) throw new RangeError('premature end of a message')
    this.#end = end
    this.message(fields, target)
    this.#end = outer
    return target
  }

  /** The same, counted among the entries of the report. @throws InvalidReport if there are too many */
  entry<Target>(fields: Fields<Target>, target: Target): Target {
    this.#entriesLeft -= 1
    if (this.#entriesLeft < 0) {
      throw new InvalidReport(
        `the report has more than ${MAX_ENTRIES} clusters, localities, endpoints, categories and metrics: report fewer clusters`,
      )
    }
    return this.nested(fields, target)
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

  /** A `uint64` of calls. @throws InvalidReport if it is not exact */
  count(field: string): number {
    const count = this.integer()
    if (Number.isSafeInteger(count)) return count
    throw new InvalidReport(`${field} is ${count}, and the limit is ${Number.MAX_SAFE_INTEGER}`)
  }

  /** A string. @throws InvalidReport if it is too long */
  name(field: string): string {
    return checkName(field, this.string())
  }
}

/** @throws InvalidReport if the name is too long */
export function checkName(field: string, name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name
  throw new InvalidReport(`${field} has ${name.length} characters, and the limit is ${MAX_NAME_LENGTH}`)
}
