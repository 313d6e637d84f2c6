// The value of a number or an enum, as text.

import type { Kind } from './expected.ts'
import { numberText } from './scalar.ts'

/** @param bits of a varint, or of four or eight bytes, little endian */
export function valueText(kind: Kind, bits: bigint): string {
  if (kind.kind === 'scalar') return numberText(kind.scalar, bits)
  const number = Number(BigInt.asIntN(32, bits))
  if (kind.kind === 'message') return String(number)
  const known = kind.values.value[number]
  return known === undefined ? `${number}, which the enum does not have` : `${known.name} (${number})`
}

/** @param length in bytes */
export function littleEndian(bytes: Uint8Array, at: number, length: number): bigint {
  let value = 0n
  for (let index = length - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(bytes[at + index] ?? 0)
  return value
}
