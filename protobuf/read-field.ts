// Reads one field behind its tag: a number, a group, or what has a length.

import { type Expected, isPackable, type MessageType, wireTypeOf } from './expected.ts'
import type { Field, Span, WireProblem, WireType } from './field.ts'
import { countText, guessBytes, guessI32, guessI64, guessVarint } from './guess.ts'
import { readPacked } from './packed.ts'
import { countBytes, firstInvalidUtf8, leftText, stringText, utf8 } from './scalar.ts'
import { littleEndian, valueText } from './value-text.ts'
import { readVarint } from './varint.ts'

export interface Fields {
  readonly fields: readonly Field[]
  /** Where they end: before the end tag of a group. */
  readonly end: number
  /** Of a group that has one. */
  readonly endTag?: Span
}

export interface Reading {
  readonly bytes: Uint8Array
  readonly problems: WireProblem[]
  /** The fields of a message inside; undefined, with a problem, if it is nested too deep. */
  readonly nested: (begin: number, end: number, type?: MessageType, group?: number) => Fields | undefined
  /** The fields, if the bytes can be read as a message without any problem. */
  readonly tried: (begin: number, end: number) => readonly Field[] | undefined
}

export interface Tag {
  readonly number: number
  readonly wireType: WireType
  readonly span: Span
}

/** Undefined, with a problem, if nobody can tell where the field ends. @param schema what the number is in the schema */
export function readField(
  reading: Reading,
  tag: Tag,
  end: number,
  schema: Expected | undefined,
): Field | undefined {
  const expected = schema && fits(schema, tag.wireType) ? schema : undefined
  const name = schema === undefined ? `field ${tag.number}` : `field ${tag.number} (${schema.name})`
  if (schema && !expected) reading.problems.push({ at: tag.span.at, message: mismatch(name, schema, tag) })
  const at = tag.span.at + tag.span.length
  const begun = { ...tag, tag: tag.span, ...(schema && { name: schema.name }) }
  const { span: _, ...begin } = begun
  const body = readBody(reading, tag, at, end, expected)
  if (typeof body === 'object') return { ...begin, guessed: false, or: [], ...body }
  if (body !== undefined) reading.problems.push({ at, message: `${name} ${body}` })
  return undefined
}

const fits = (expected: Expected, wireType: WireType) =>
  wireTypeOf(expected.value) === wireType || (wireType === 'LEN' && isPackable(expected))

function mismatch(name: string, { type, value }: Expected, { wireType }: Tag): string {
  return `${name} is ${type} in the schema, so ${wireTypeOf(value)} on the wire, but its tag says ${wireType}: another schema wrote it`
}

type Body = Pick<Field, 'value' | 'type' | 'text'> & Partial<Field>

/** @returns the end of the sentence that says what is wrong, if it does not end; undefined if that has been said */
function readBody(
  reading: Reading,
  tag: Tag,
  at: number,
  end: number,
  expected: Expected | undefined,
): Body | string | undefined {
  const { bytes } = reading
  switch (tag.wireType) {
    case 'VARINT': {
      const read = readVarint(bytes, at, end)
      if (typeof read === 'string') return read
      const value = { at, length: read.length }
      return expected
        ? { value, ...known(expected, valueText(expected.value, read.value)) }
        : { value, guessed: true, ...guessVarint(read.value) }
    }
    case 'I32':
    case 'I64': {
      const length = tag.wireType === 'I32' ? 4 : 8
      if (at + length > end) return `needs ${length} bytes for its value, and ${leftText(end - at)}`
      const [value, bits] = [{ at, length }, littleEndian(bytes, at, length)]
      if (expected) return { value, ...known(expected, valueText(expected.value, bits)) }
      return { value, guessed: true, ...(length === 4 ? guessI32(bits) : guessI64(bits)) }
    }
    case 'SGROUP': {
      const inner = reading.nested(at, end, messageOf(expected), tag.number)
      if (inner === undefined) return undefined
      const { fields, endTag } = inner
      const value = { at, length: inner.end - at }
      const type = expected?.type ?? 'group'
      return { value, type, text: countText(fields.length), fields, ...(endTag && { endTag }) }
    }
    default:
      return readSized(reading, at, end, expected)
  }
}

const known = ({ type }: Expected, text: string) => ({ type, text })

const messageOf = (expected: Expected | undefined) =>
  expected?.value.kind === 'message' ? expected.value.message : undefined

function readSized(
  reading: Reading,
  at: number,
  end: number,
  expected: Expected | undefined,
): Body | string | undefined {
  const { bytes, problems } = reading
  const read = readVarint(bytes, at, end)
  if (typeof read === 'string') return `has a length that ${read}`
  const from = at + read.length
  const left = end - from
  if (read.value > BigInt(left)) return `says that ${read.value} bytes follow, and ${leftText(left)}`
  const to = from + Number(read.value)
  const common = { size: { at, length: read.length }, value: { at: from, length: to - from } }
  const content = bytes.subarray(from, to)
  if (expected === undefined)
    return { ...common, guessed: true, ...guessBytes(content, reading.tried(from, to)) }
  if (isPackable(expected)) {
    const elements = readPacked(bytes, common.value, expected, problems)
    const count = `${elements.length} packed ${elements.length === 1 ? 'value' : 'values'}`
    return { ...common, ...known(expected, count), elements }
  }
  const message = messageOf(expected)
  if (message === undefined)
    return { ...common, ...known(expected, textOf(reading, expected, from, content)) }
  const inner = reading.nested(from, to, message)
  return inner && { ...common, ...known(expected, countText(inner.fields.length)), fields: inner.fields }
}

/** Of a string or of bytes. */
function textOf({ problems }: Reading, { name, value }: Expected, at: number, content: Uint8Array): string {
  if (value.kind !== 'scalar' || value.scalar !== 'string') return countBytes(content.length)
  const text = utf8(content)
  if (text !== undefined) return stringText(text)
  const wrong = at + (firstInvalidUtf8(content) ?? 0)
  problems.push({
    at: wrong,
    message: `the string ${name} is not valid UTF-8, which most parsers reject: is it bytes in the schema that wrote it?`,
  })
  return countBytes(content.length)
}
