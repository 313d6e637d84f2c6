// The fields of a message as rows in the order of the bytes: each byte is in exactly one of them.

import type { Field, Span } from './field.ts'
import { countBytes } from './scalar.ts'

export interface Piece extends Span {
  /** `rest` could not be read, `frame` is what gRPC puts around a message. */
  readonly part: 'tag' | 'length' | 'value' | 'end' | 'rest' | 'frame'
  /** How many messages it is inside of. */
  readonly depth: number
  /** Such as `order.items`, or `1.3` without a schema. Empty for a rest. */
  readonly field: string
  /** Of the field at the outermost level, for a color. Undefined for a rest. */
  readonly outermost: number | undefined
  /** Of a value, with a question mark if it is a guess. */
  readonly type: string
  /** What the bytes say. */
  readonly text: string
  /** Other readings of a guess. */
  readonly or: readonly string[]
}

/** @param span the bytes of the message; by default from the first field on, so pass it to see what could not be read */
export function piecesOf(fields: readonly Field[], span: Span): readonly Piece[] {
  return piecesIn(fields, span, { depth: 0, path: [], outermost: undefined })
}

interface Place {
  readonly depth: number
  readonly path: readonly string[]
  readonly outermost: number | undefined
}

function piecesIn(fields: readonly Field[], span: Span, place: Place): readonly Piece[] {
  const pieces = fields.flatMap((field) => piecesOfField(field, place))
  const last = pieces.at(-1)
  const read = last === undefined ? span.at : last.at + last.length
  const end = span.at + span.length
  if (read >= end) return pieces
  const rest = { part: 'rest', type: '', text: 'not read', or: [], field: '' } as const
  return [
    ...pieces,
    { ...rest, at: read, length: end - read, depth: place.depth, outermost: place.outermost },
  ]
}

function piecesOfField(field: Field, { depth, path, outermost }: Place): readonly Piece[] {
  const inner: Place = {
    depth: depth + 1,
    path: [...path, field.name ?? String(field.number)],
    outermost: outermost ?? field.number,
  }
  const common = { depth, field: inner.path.join('.'), outermost: inner.outermost, type: '', or: [] }
  const { value, size, endTag } = field
  const type = `${field.type}${field.guessed ? '?' : ''}`
  const what = { type, or: field.or }
  const isInside = field.fields !== undefined || field.elements !== undefined
  return [
    {
      ...common,
      ...field.tag,
      part: 'tag',
      text: `field ${field.number}, ${field.wireType}`,
      // A group has no length to say what it is.
      ...(isInside && size === undefined && { type }),
    },
    ...(size === undefined
      ? []
      : [
          {
            ...{ ...common, ...size, part: 'length' as const },
            text: `${countBytes(value.length)}${isInside ? `: ${field.text}` : ''}`,
            ...(isInside && what),
          },
        ]),
    ...(field.fields === undefined ? [] : piecesIn(field.fields, value, inner)),
    ...(field.elements ?? []).map(({ text, ...span }, index) => ({
      ...{ ...common, ...span, part: 'value' as const, depth: depth + 1 },
      ...{ field: `${common.field}[${index}]`, type, text },
    })),
    ...restOfElements(field, inner),
    ...(isInside || value.length === 0
      ? []
      : [{ ...common, ...value, part: 'value' as const, ...what, text: field.text }]),
    ...(endTag === undefined
      ? []
      : [{ ...common, ...endTag, part: 'end' as const, text: `end of group ${field.number}` }]),
  ]
}

/** Packed values that could not be read. */
function restOfElements({ elements, value }: Field, place: Place): readonly Piece[] {
  if (elements === undefined) return []
  const last = elements.at(-1)
  const read = last === undefined ? value.at : last.at + last.length
  return piecesIn([], { at: read, length: value.at + value.length - read }, place)
}
