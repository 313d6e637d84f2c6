// What a decoder found in the bytes of a message: its fields as a tree, each with its place.

/** In the order of their numbers: https://protobuf.dev/programming-guides/encoding/#structure */
export const WIRE_TYPES = ['VARINT', 'I64', 'LEN', 'SGROUP', 'EGROUP', 'I32'] as const
export type WireType = (typeof WIRE_TYPES)[number]

/** Bytes from `at` on; offsets count from the beginning of the message that was read. */
export interface Span {
  readonly at: number
  readonly length: number
}

export interface Element extends Span {
  readonly text: string
}

export interface Field {
  readonly number: number
  /** As the schema has it; undefined without a schema, and for a number that the schema does not have. */
  readonly name?: string
  readonly wireType: WireType
  readonly tag: Span
  /** The bytes that say how long the value is, of LEN. */
  readonly size?: Span
  readonly value: Span
  /** Of a group. */
  readonly endTag?: Span
  /** Such as `int32` or `shop.v1.Order`. A guess if `guessed`. */
  readonly type: string
  /** The schema does not say what it is: type and text are the likeliest reading. */
  readonly guessed: boolean
  /** The value for people; what is inside it if it has fields or elements. */
  readonly text: string
  /** Other readings of a guess, such as `sint -3`. */
  readonly or: readonly string[]
  /** Of a message, a group, or a map entry. */
  readonly fields?: readonly Field[]
  /** Of packed values. */
  readonly elements?: readonly Element[]
}

/** Something wrong with the bytes. */
export interface WireProblem {
  /** Offset of the byte. */
  readonly at: number
  readonly message: string
}

export interface Decoded {
  readonly fields: readonly Field[]
  /** All of them, in the order of the bytes. */
  readonly problems: readonly WireProblem[]
}
