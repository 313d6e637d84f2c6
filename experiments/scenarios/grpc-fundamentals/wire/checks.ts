// What must hold of compilers, of bytes, and of their number.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { decodeMessage } from '../../../../protobuf/decode-message.ts'
import type { Apart } from './apart.ts'
import type { CompiledSchema, EncodedMessage, Mismatch } from './compilers.ts'
import { figuresIn, textIn } from './found.ts'
import { KINDS } from './kinds.ts'
import { sizeFigure } from './sizes.ts'

export function wireChecks(results: Results): readonly Check[] {
  const schemas = textIn<readonly CompiledSchema[]>(results, 'schemas') ?? []
  const messages = textIn<readonly EncodedMessage[]>(results, 'messages') ?? []
  const mismatch = textIn<Mismatch>(results, 'mismatch')
  const apart = textIn<Apart>(results, 'apart')
  return [
    check(
      'O1.2',
      'protoc and buf compile each schema to the same bytes',
      schemas.map(({ schema, bufBytes, protocBytes, same }) => ({
        fact: `${schema}: ${bufBytes} and ${protocBytes} bytes, ${same ? 'the same' : 'different'}`,
        holds: same,
      })),
    ),
    check(
      'O1.2',
      'protobuf-es, protoc and buf encode the same fields; where bytes differ, it is by the order of fields or of a map',
      messages.map(({ message, hex, other }) => ({
        fact: `${message}: ${Object.keys(other).join(', ') || 'none'} differs`,
        holds: Object.values(other).every((one) => fieldsOf(one) === fieldsOf(hex)),
      })),
    ),
    check(
      'O1.2',
      'A message whose map was filled in order has the same bytes from all of them',
      messages
        .filter(({ message }) => message.startsWith('every kind'))
        .map(({ message, bytes, other }) => ({
          fact: `${message}: ${bytes} bytes`,
          holds: Object.keys(other).length === 0,
        })),
    ),
    check(
      'O1.2',
      'protoc takes a field whose form is not that of its schema for unknown, and the fields behind it are read',
      mismatch === undefined
        ? []
        : [
            {
              fact: `${mismatch.hex}: ${mismatch.protoc}`,
              holds: /^customer: .+, 1: 4$/.test(mismatch.protoc),
            },
          ],
    ),
    check('O1.2', 'Each byte of messages and of a real call is understood', apartFindings(apart)),
    ...sizeChecks(results),
  ]
}

/** The same for all orders of fields. */
function fieldsOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  return decodeMessage(bytes)
    .fields.map(({ tag, value }) => bytes.subarray(tag.at, value.at + value.length).toString('hex'))
    .sort()
    .join()
}

function apartFindings(apart: Apart | undefined) {
  if (apart === undefined) return []
  const { messages, frames, problems } = apart
  return [
    ...[...messages, ...frames].map(({ label, hex, pieces }) => ({
      fact: `${label}: ${pieces.length} pieces`,
      holds:
        pieces.reduce((sum, { length }) => sum + length, 0) * 2 === hex.length &&
        pieces.every(({ part }) => part !== 'rest'),
    })),
    { fact: `${problems.length} problems`, holds: problems.length === 0 },
  ]
}

function sizeChecks(results: Results): readonly Check[] {
  const figures = figuresIn(results, 'wire.sizes')
  const size = (kind: string, what: Parameters<typeof sizeFigure>[1] = 'protobuf') =>
    figures[sizeFigure(kind, what)]
  const negative = { 'negative-int32': 11, 'negative-sint32': 2, 'negative-sfixed32': 5 }
  const [packed, unpacked] = [size('packed'), size('unpacked')]
  const measured = KINDS.filter(({ id }) => size(id) !== undefined)
  return [
    check(
      'O1.3',
      'No kind of field takes more bytes as protobuf than as JSON',
      measured.map(({ id }) => ({
        fact: `${id}: ${size(id)} and ${size(id, 'JSON')} bytes`,
        holds: (size(id) ?? 0) <= (size(id, 'JSON') ?? 0),
      })),
    ),
    check(
      'O1.3',
      '-3 takes ten bytes as int32, one as sint32 and four as sfixed32, and one more for the tag',
      Object.entries(negative)
        .filter(([id]) => size(id) !== undefined)
        .map(([id, bytes]) => ({ fact: `${id}: ${size(id)} bytes`, holds: size(id) === bytes })),
    ),
    check(
      'O1.3',
      'Packing saves the tags: about half of the bytes of small numbers',
      packed === undefined || unpacked === undefined
        ? []
        : [{ fact: `100 numbers: ${packed} and ${unpacked} bytes`, holds: packed < unpacked * 0.55 }],
    ),
    check(
      'O1.3',
      'gzip makes small messages larger, and long lists smaller, more so of JSON',
      measured
        .filter(({ id }) => id === 'small' || id === 'orders')
        .map(({ id }) => {
          const [a, b, c, d] = [
            size(id),
            size(id, 'protobuf, gzip'),
            size(id, 'JSON'),
            size(id, 'JSON, gzip'),
          ].map((one) => one ?? 0) as [number, number, number, number]
          const fact = `${id}: protobuf ${a} to ${b}, JSON ${c} to ${d} bytes`
          return { fact, holds: id === 'small' ? b > a && d > c : b < a && d / c < b / a }
        }),
    ),
  ]
}
