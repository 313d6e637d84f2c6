// Takes the bytes of a message apart, with a schema or without: every byte belongs to a field, or to a problem.

import type { MessageType } from './expected.ts'
import { type Decoded, type Field, WIRE_TYPES, type WireProblem } from './field.ts'
import { type Fields, type Reading, readField, type Tag } from './read-field.ts'
import { readVarint } from './varint.ts'

/** Parsers stop at this depth, against messages made to exhaust the stack: https://protobuf.dev/programming-guides/proto-limits/ */
const DEEPEST = 100

/**
 * Never throws: what cannot be read is in `problems`, with all fields before it.
 * A problem inside a nested message does not stop the fields after that message.
 */
export function decodeMessage(bytes: Uint8Array, type?: MessageType): Decoded {
  const problems: WireProblem[] = []
  const { fields } = readFields(readingOf(bytes, problems, 0), 0, bytes.length, type)
  return { fields, problems: problems.toSorted((a, b) => a.at - b.at) }
}

function readingOf(bytes: Uint8Array, problems: WireProblem[], depth: number): Reading {
  return {
    bytes,
    problems,
    nested: (begin, end, type, group) => {
      if (depth < DEEPEST) return readFields(readingOf(bytes, problems, depth + 1), begin, end, type, group)
      const message = `messages are nested more than ${DEEPEST} deep, where parsers give up`
      problems.push({ at: begin, message })
      return undefined
    },
    // A guess that fails is no problem of the message.
    tried: (begin, end) => {
      const found: WireProblem[] = []
      if (depth >= DEEPEST) return undefined
      const { fields } = readFields(readingOf(bytes, found, depth + 1), begin, end, undefined)
      return found.length === 0 ? fields : undefined
    },
  }
}

function readFields(
  reading: Reading,
  begin: number,
  end: number,
  type: MessageType | undefined,
  group?: number,
): Fields {
  const { bytes, problems } = reading
  const fields: Field[] = []
  const stop = (at: number, message: string): Fields => {
    problems.push({ at, message })
    return { fields, end }
  }
  let at = begin
  while (at < end) {
    const tag = readTag(bytes, at, end)
    if (typeof tag === 'string') return stop(at, tag)
    if (tag.wireType === 'EGROUP') {
      if (tag.number === group) return { fields, end: at, endTag: tag.span }
      return stop(at, `the end of group ${tag.number}, which has not begun`)
    }
    const field = readField(reading, tag, end, type?.field(tag.number, fields))
    // Without its end, nobody knows where the next field begins.
    if (field === undefined) return { fields, end }
    fields.push(field)
    at = field.value.at + field.value.length + (field.endTag?.length ?? 0)
  }
  return group === undefined ? { fields, end: at } : stop(at, `group ${group} has no end`)
}

/** @returns what is wrong, if no tag is there */
function readTag(bytes: Uint8Array, at: number, end: number): Tag | string {
  const varint = readVarint(bytes, at, end)
  if (typeof varint === 'string') return `the tag of a field ${varint}`
  const { value, length } = varint
  const number = Number(value >> 3n)
  if (value > 0xffff_ffffn) return 'a tag of more than 32 bits: field numbers end at 536,870,911'
  if (number === 0) return 'field number 0, which no message has: these bytes are not a field'
  const wireType = WIRE_TYPES[Number(value & 7n)]
  if (wireType === undefined)
    return `field ${number} has wire type ${value & 7n}, and there are only 0 to 5: these bytes are not a field`
  return { number, wireType, span: { at, length } }
}
