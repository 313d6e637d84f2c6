// Reads a varint: seven bits a byte, the least significant first, and the top bit says that another byte follows.
// https://protobuf.dev/programming-guides/encoding/#varints

/** Ten bytes carry 64 bits. */
const LONGEST = 10

export interface Varint {
  /** Unsigned, at most 64 bits; bits beyond them are dropped, as parsers do. */
  readonly value: bigint
  /** In bytes. */
  readonly length: number
}

/** @returns what is wrong, as the end of a sentence, if no varint is there. @param end reading stops before it */
export function readVarint(bytes: Uint8Array, at: number, end: number): Varint | string {
  let value = 0n
  for (let length = 0; length < LONGEST; length += 1) {
    if (at + length >= end)
      return length === 0 ? 'ends where a varint must begin' : 'ends in the middle of a varint'
    const byte = bytes[at + length] ?? 0
    value |= BigInt(byte & 0x7f) << BigInt(7 * length)
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), length: length + 1 }
  }
  return `has a varint of more than ${LONGEST} bytes`
}

/** Small numbers of either sign become small unsigned ones: 0, -1, 1, -2 are 0, 1, 2, 3. */
export const unzigzag = (value: bigint): bigint => (value >> 1n) ^ -(value & 1n)
