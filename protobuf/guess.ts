// The likeliest reading of a value without a schema, and the others that the bits allow.

import type { Field } from './field.ts'
import { countBytes, float32, float32Text, float64, numberText, stringText, utf8 } from './scalar.ts'

export type Guess = Pick<Field, 'type' | 'text' | 'or'>

/** A number is unsigned unless it would be huge: a negative int32 or int64 has its highest bits set. */
export function guessVarint(bits: bigint): Guess {
  const signed = BigInt.asIntN(64, bits)
  const zigzag = `sint ${numberText('sint64', bits)}`
  if (signed < 0n) return { type: 'int', text: String(signed), or: [`uint ${bits}`, zigzag] }
  const bool = bits <= 1n ? [`bool ${bits === 1n}`] : []
  return { type: 'uint', text: String(bits), or: [...bool, zigzag] }
}

export function guessI32(bits: bigint): Guess {
  return guessFixed('float', 'fixed32', 'sfixed32', float32(bits), bits, float32Text)
}

export function guessI64(bits: bigint): Guess {
  return guessFixed('double', 'fixed64', 'sfixed64', float64(bits), bits, String)
}

/** A whole number taken for a floating-point one is tiny, huge or not a number at all. */
function guessFixed(
  float: 'double' | 'float',
  unsigned: 'fixed32' | 'fixed64',
  signed: 'sfixed32' | 'sfixed64',
  value: number,
  bits: bigint,
  textOf: (value: number) => string,
): Guess {
  const size = Math.abs(value)
  const texts = [`${unsigned} ${bits}`]
  const negative = numberText(signed, bits)
  if (negative.startsWith('-')) texts.push(`${signed} ${negative}`)
  if (size >= 1e-9 && size < 1e15) return { type: float, text: textOf(value), or: texts }
  return {
    type: unsigned,
    text: String(bits),
    or: [...texts.slice(1), `${float} ${textOf(value)}`],
  }
}

/** Control characters other than line ends and tabs are in no text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/
const LINES = /[\t\n\r]/

/**
 * @param fields of the bytes read as a message; undefined if they are none
 * @returns `fields` only if a message is the likeliest reading
 */
export function guessBytes(
  bytes: Uint8Array,
  fields: readonly Field[] | undefined,
): Guess & Pick<Field, 'fields'> {
  if (bytes.length === 0) return { type: 'string', text: '""', or: ['bytes', 'a message without fields'] }
  const text = utf8(bytes)
  const isText = text !== undefined && !CONTROL.test(text)
  const or = (others: readonly (string | false)[]) => others.filter((other) => other !== false)
  // A line end is also the tag of field 1 with a length, which begins most messages.
  if (fields !== undefined && (!isText || LINES.test(text))) {
    const also = or([isText && `string ${stringText(text)}`, `bytes`])
    return { type: 'message', text: countText(fields.length), or: also, fields }
  }
  if (isText) {
    return { type: 'string', text: stringText(text), or: or([fields !== undefined && 'message', 'bytes']) }
  }
  return { type: 'bytes', text: countBytes(bytes.length), or: ['packed numbers'] }
}

export const countText = (fields: number): string => `${fields} ${fields === 1 ? 'field' : 'fields'}`
