// The values of a repeated field that share one tag and one length.
// https://protobuf.dev/programming-guides/encoding/#packed

import { type Expected, wireTypeOf } from './expected.ts'
import type { Element, Span, WireProblem } from './field.ts'
import { leftText } from './scalar.ts'
import { littleEndian, valueText } from './value-text.ts'
import { readVarint } from './varint.ts'

/** The values up to the first that does not end, which is a problem. */
export function readPacked(
  bytes: Uint8Array,
  span: Span,
  expected: Expected,
  problems: WireProblem[],
): readonly Element[] {
  const elements: Element[] = []
  const end = span.at + span.length
  const width = { I32: 4, I64: 8 }[wireTypeOf(expected.value) as 'I32'] as number | undefined
  for (let at = span.at; at < end; ) {
    const read = width === undefined ? readVarint(bytes, at, end) : readFixed(bytes, at, end, width)
    if (typeof read === 'string') {
      problems.push({ at, message: `value ${elements.length} of the packed field ${expected.name} ${read}` })
      return elements
    }
    elements.push({ at, length: read.length, text: valueText(expected.value, read.value) })
    at += read.length
  }
  return elements
}

function readFixed(bytes: Uint8Array, at: number, end: number, length: number) {
  if (at + length > end) return `needs ${length} bytes, and ${leftText(end - at)}`
  return { value: littleEndian(bytes, at, length), length }
}
