// What the report shows of the wire format and its cost.

import type { Section, TableSection } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Apart } from './apart.ts'
import type { CompiledSchema, EncodedMessage, Mismatch } from './compilers.ts'
import { figuresIn, roundsIn, textIn } from './found.ts'
import type { Growth } from './growth.ts'
import { KINDS } from './kinds.ts'
import { SIZES, sizeFigure } from './sizes.ts'
import { CODECS, timeFigure, type Way } from './times.ts'

export function wireSections(results: Results): readonly Section[] {
  const apart = textIn<Apart>(results, 'apart')
  return [
    {
      ...{ kind: 'bytes', title: 'Messages, byte by byte' },
      says: 'A field is a tag and a value. The tag is a number: the field number times eight, and the **wire type**, which says how long the value is: `VARINT` ends with the first byte below `80`, `I32` and `I64` have four and eight bytes, `LEN` has its length in front. Names and types are in the schema only. Look at `-3`: as `int32` it fills ten bytes, because a negative number is sent as 64 bits; `sint32` sends 5 in its place (zigzag: 0, -1, 1, -2 become 0, 1, 2, 3). `npx yard proto decode` shows any bytes in this way.',
      messages: apart?.messages ?? [],
    },
    {
      ...{ kind: 'bytes', title: 'A call, byte by byte' },
      says: 'These are the bytes that grpc-js sent in DATA frames of HTTP/2, taken by a server of the run. gRPC puts five bytes before each message: a flag that says whether it is compressed, and its length. The second call asked for gzip.',
      messages: apart?.frames ?? [],
    },
    compiledSection(results),
    encodedSection(results),
    ...sizeSections(results),
    ...timeSections(results),
  ]
}

function compiledSection(results: Results): TableSection {
  const schemas = textIn<readonly CompiledSchema[]>(results, 'schemas') ?? []
  const version = textIn<string>(results, 'protoc') ?? 'protoc'
  return {
    ...{ kind: 'table', title: 'One schema, two compilers' },
    says: `\`buf build\` and \`protoc\` (${version}) make the descriptor set of a schema, which is what all plugins and run-time programs work from. ${schemas.filter(({ same }) => same).length} of ${schemas.length} are the same byte for byte, without comments (\`--exclude-source-info\`).`,
    columns: [
      { title: 'schema' },
      { title: 'buf', unit: 'bytes', decimals: 0 },
      { title: 'protoc', unit: 'bytes', decimals: 0 },
      { title: 'bytes are' },
    ],
    rows: schemas.map(({ schema, bufBytes, protocBytes, same }) => [
      schema,
      bufBytes,
      protocBytes,
      same ? 'the same' : '**different**',
    ]),
  }
}

function encodedSection(results: Results): TableSection {
  const messages = textIn<readonly EncodedMessage[]>(results, 'messages') ?? []
  const mismatch = textIn<Mismatch>(results, 'mismatch')
  const read =
    mismatch === undefined
      ? ''
      : ` Parsers differ in bytes that do not fit the schema: \`${mismatch.hex}\` has a number in field 1, where the schema has a text. protoc reads \`${mismatch.protoc}\`, with 1 as an unknown field; protobuf-es reads \`${mismatch.protobufEs}\`, and takes the next field for the text.`
  return {
    ...{ kind: 'table', title: 'One message, three encoders' },
    says: `The bytes of protobuf-es, beside those of \`protoc --encode\` and \`buf convert\`. All of them are right, and every parser reads the same from them. But the order of fields and of the entries of a map is free: buf, written in Go, sends the fields of a oneof last, and protobuf-es sends a map as it was filled. So never compare messages, sign them or use them as keys by their bytes.${read}`,
    columns: [
      { title: 'message' },
      { title: 'size', unit: 'bytes', decimals: 0 },
      { title: 'other bytes from' },
    ],
    rows: messages.map(({ message, bytes, other }) => [
      message,
      bytes,
      Object.keys(other)
        .map((who) => `\`${who}\``)
        .join(', ') || 'nobody',
    ]),
  }
}

function sizeSections(results: Results): readonly Section[] {
  const figures = figuresIn(results, 'wire.sizes')
  const kinds = KINDS.filter(({ id }) => figures[sizeFigure(id, 'protobuf')] !== undefined)
  const size = (kind: string, what: (typeof SIZES)[number]) => figures[sizeFigure(kind, what)] ?? 0
  const ratio = (kind: string, gzip: '' | ', gzip') =>
    size(kind, `JSON${gzip}`) / size(kind, `protobuf${gzip}`)
  const [plain, packed] = (['', ', gzip'] as const).map((gzip) => ratio('orders', gzip).toFixed(1))
  return [
    {
      ...{ kind: 'bars', title: 'Bytes of JSON for one byte of protobuf', unit: 'times' },
      ...(kinds.length > 0 && {
        says: `JSON sends the name of each field, and numbers as digits, so short values gain most. Text is text in both: ${ratio('text', '').toFixed(2)} times. A list of orders takes ${plain} times the bytes in JSON, and ${packed} times once both are compressed: names that repeat are what gzip removes best.`,
      }),
      bars: kinds.map(({ id, title }) => ({ label: plainText(title), values: [ratio(id, '')] })),
    },
    {
      ...{ kind: 'lines', title: 'Bytes of a number by its size' },
      says: 'A varint has seven bits in a byte, so small numbers are short, and from 2⁵⁶ on it is longer than the eight bytes of `fixed64`. Choose `fixed64` and `fixed32` for numbers that are mostly large, such as hashes and random ids. A negative `int64` has its highest bit set: ten bytes, whatever its size.',
      x: { title: 'number', scale: 'log' },
      y: { title: 'bytes, without the tag or the name', scale: 'linear' },
      lines: Object.entries(textIn<Growth>(results, 'growth') ?? {}).map(([label, points]) => ({
        label: plainText(label),
        points,
      })),
    },
    {
      ...{ kind: 'table', title: 'Sizes by kind of field' },
      says: 'gzip adds a head and a tail to everything, 18 bytes and more, so it makes small messages larger: compress calls by their size, or not at all.',
      columns: [
        { title: 'message' },
        ...SIZES.map((title) => ({ title, unit: 'bytes', decimals: 0 })),
        { title: 'JSON / protobuf', decimals: 2 },
        { title: 'both with gzip', decimals: 2 },
      ],
      rows: kinds.map(({ id, title }) => [
        title,
        ...SIZES.map((what) => size(id, what)),
        ratio(id, ''),
        ratio(id, ', gzip'),
      ]),
    },
  ]
}

const plainText = (title: string) => title.replaceAll('`', '')

function timeSections(results: Results): readonly Section[] {
  const figures = figuresIn(results, 'wire.times')
  const rounds = roundsIn(results, 'wire.times')
  const kinds = KINDS.filter(({ id }) => figures[timeFigure(id, 'protobuf', 'encode')] !== undefined)
  const faster = (way: Way) =>
    kinds.filter(
      ({ id }) =>
        (figures[timeFigure(id, 'protobuf', way)] ?? 0) < (figures[timeFigure(id, 'JSON', way)] ?? 0),
    ).length
  const columns = (['encode', 'decode'] as const).flatMap((way) =>
    CODECS.map((codec) => ({ way, codec, title: `${way} ${codec}` })),
  )
  return [
    {
      ...{ kind: 'bars', title: 'Time to decode: protobuf, in times of JSON.parse', unit: 'times' },
      ...(kinds.length > 0 && {
        says: `Below 1, protobuf is faster. In Node, JSON is part of the engine, written in C++, and protobuf-es is JavaScript: it was faster than JSON in ${faster('encode')} of ${kinds.length} messages to encode, and in ${faster('decode')} to decode. Small on the wire is not fast in every language: measure yours. What protobuf spares here is bytes, and the checks that JSON does not make: its own JSON form, which knows the schema, is the third column of the next table.`,
      }),
      bars: kinds.map(({ id, title }) => ({
        label: plainText(title),
        values: rounds.map(
          (round) =>
            (round[timeFigure(id, 'protobuf', 'decode')] ?? 0) /
            (round[timeFigure(id, 'JSON', 'decode')] ?? 1),
        ),
      })),
    },
    {
      ...{ kind: 'table', title: 'Time by kind of field' },
      says: 'Medians of batches in which all six took turns, in one process. `JSON` is `JSON.stringify` and `JSON.parse` of a plain object, to and from bytes, with base64 for `bytes` and text for numbers beyond 2⁵³; `proto3 JSON` is protobuf-es with the schema.',
      columns: [{ title: 'message' }, ...columns.map(({ title }) => ({ title, unit: 'µs' }))],
      rows: kinds.map(({ id, title }) => [
        title,
        ...columns.map(({ way, codec }) => figures[timeFigure(id, codec, way)]),
      ]),
    },
  ]
}
