// What the bits of a value are in each scalar type, as text.
// https://protobuf.dev/programming-guides/encoding/#cheat-sheet

import type { WireType } from './field.ts'
import { unzigzag } from './varint.ts'

/** As a `.proto` file names them. */
export type ScalarName =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'fixed32'
  | 'fixed64'
  | 'float'
  | 'int32'
  | 'int64'
  | 'sfixed32'
  | 'sfixed64'
  | 'sint32'
  | 'sint64'
  | 'string'
  | 'uint32'
  | 'uint64'

/** How each is written. */
export const WIRE_TYPE_OF: Readonly<Record<ScalarName, WireType>> = {
  bool: 'VARINT',
  bytes: 'LEN',
  double: 'I64',
  fixed32: 'I32',
  fixed64: 'I64',
  float: 'I32',
  int32: 'VARINT',
  int64: 'VARINT',
  sfixed32: 'I32',
  sfixed64: 'I64',
  sint32: 'VARINT',
  sint64: 'VARINT',
  string: 'LEN',
  uint32: 'VARINT',
  uint64: 'VARINT',
}

/** @param bits of a varint, or of four or eight bytes, little endian */
export function numberText(type: ScalarName, bits: bigint): string {
  switch (type) {
    case 'bool':
      return String(bits !== 0n)
    case 'double':
      return floatText(float64(bits))
    case 'float':
      return float32Text(float32(bits))
    case 'int32':
    case 'sfixed32':
      return String(BigInt.asIntN(32, bits))
    case 'int64':
    case 'sfixed64':
      return String(BigInt.asIntN(64, bits))
    case 'sint32':
      return String(BigInt.asIntN(32, unzigzag(BigInt.asUintN(32, bits))))
    case 'sint64':
      return String(BigInt.asIntN(64, unzigzag(bits)))
    case 'fixed32':
    case 'uint32':
      return String(BigInt.asUintN(32, bits))
    default:
      return String(bits)
  }
}

export function float32(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, Number(BigInt.asUintN(32, bits)))
  return view.getFloat32(0)
}

export function float64(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

/** The shortest text that is this float again: 3.14, not 3.140000104904175. */
export function float32Text(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return floatText(value)
}

const floatText = (value: number) => (Object.is(value, -0) ? '-0' : String(value))

/** In quotes, with control characters as escapes. */
export const stringText = (text: string): string => JSON.stringify(text)

/** `1 byte`, `2 bytes`. */
export const countBytes = (bytes: number): string => `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`

/** `1 is left`, `2 are left`. */
export const leftText = (bytes: number): string => `${bytes} ${bytes === 1 ? 'is' : 'are'} left`

/** The offset of the first byte that is no UTF-8; undefined if all is. */
export function firstInvalidUtf8(bytes: Uint8Array): number | undefined {
  if (utf8(bytes) !== undefined) return undefined
  // The longest prefix that is the beginning of a valid text, by bisection: a prefix may end within a character.
  let [valid, invalid] = [0, bytes.length]
  while (valid + 1 < invalid) {
    const middle = (valid + invalid) >> 1
    if (utf8(bytes.subarray(0, middle), true) === undefined) invalid = middle
    else valid = middle
  }
  return utf8(bytes.subarray(0, invalid), true) === undefined ? invalid - 1 : invalid
}

/** @param partly the last character may be cut off */
export function utf8(bytes: Uint8Array, partly = false): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: partly })
  } catch {
    return undefined
  }
}
