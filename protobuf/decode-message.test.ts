// Messages taken apart: against protobuf-es for every kind of field, by examples of the specification, and damaged.

import { create, createRegistry, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf'
import { AnySchema, anyPack, StructSchema } from '@bufbuild/protobuf/wkt'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t from 'tap'
import { fc } from '../test/support/fast-check.ts'
import { KINDS } from '../test/support/kinds-schema.ts'
import { decodeMessage } from './decode-message.ts'
import { messageType } from './expected.ts'
import type { Field } from './field.ts'
import { piecesOf } from './pieces.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const ECHO = messageType(EchoRequestSchema)
const EVERY = messageType(KINDS)

/** `path type value`, as deep as they are. */
function lines(fields: readonly Field[], path = ''): string[] {
  return fields.flatMap((field) => {
    const name = `${path}${field.name ?? field.number}`
    const type = `${field.type}${field.guessed ? '?' : ''}`
    if (field.fields) return [`${name} ${type}`, ...lines(field.fields, `${name}.`)]
    if (field.elements) return [`${name} ${type} [${field.elements.map(({ text }) => text).join(' ')}]`]
    return [`${name} ${type} ${field.text}`]
  })
}

/** Every kind of field with values at its limits. */
const VALUES: readonly (readonly [JsonValue, string])[] = [
  [{ int32: -2_147_483_648 }, 'int32 int32 -2147483648'],
  [{ int64: '-9223372036854775808' }, 'int64 int64 -9223372036854775808'],
  [{ uint32: 4_294_967_295 }, 'uint32 uint32 4294967295'],
  [{ uint64: '18446744073709551615' }, 'uint64 uint64 18446744073709551615'],
  [{ sint32: -2_147_483_648 }, 'sint32 sint32 -2147483648'],
  [{ sint64: '-9223372036854775808' }, 'sint64 sint64 -9223372036854775808'],
  [{ fixed32: 4_294_967_295 }, 'fixed32 fixed32 4294967295'],
  [{ fixed64: '18446744073709551615' }, 'fixed64 fixed64 18446744073709551615'],
  [{ sfixed32: -1 }, 'sfixed32 sfixed32 -1'],
  [{ sfixed64: '-1' }, 'sfixed64 sfixed64 -1'],
  [{ float: 3.14 }, 'float float 3.14'],
  [{ double: -0.1 }, 'double double -0.1'],
  [{ bool: true }, 'bool bool true'],
  [{ string: 'grüß\n' }, 'string string "grüß\\n"'],
  [{ bytes: 'AAE=' }, 'bytes bytes 2 bytes'],
  [{ color: 'COLOR_RED' }, 'color switchyard.test.v1.Color COLOR_RED (1)'],
  [{ color: 9 }, 'color switchyard.test.v1.Color 9, which the enum does not have'],
  [{ packed: [1, -1, 300] }, 'packed int32 [1 -1 300]'],
  [{ doubles: [0.5, -2] }, 'doubles double [0.5 -2]'],
  [{ texts: ['a', ''] }, 'texts string "a"\ntexts string ""'],
  [{ inner: { int32: 1 } }, 'inner switchyard.test.v1.Kinds\ninner.int32 int32 1'],
  [{ counts: { a: 1 } }, 'counts map<string, int32>\ncounts.key string "a"\ncounts.value int32 1'],
]

for (const [json, expected] of VALUES) {
  t.test(`O1.2: what protobuf-es encodes of ${JSON.stringify(json)} is taken apart`, async (t) => {
    const bytes = toBinary(KINDS, fromJson(KINDS, json))
    const { fields, problems } = decodeMessage(bytes, EVERY)
    t.strictSame(problems, [])
    t.equal(lines(fields).join('\n'), expected)
  })
}

t.test('O1.2: without a schema, types are guesses, with the other readings', async (t) => {
  const { fields } = decodeMessage(hex('089601 120774657374696e67 1a020801 25c3f54840 2a02ff00'))
  t.strictSame(lines(fields), [
    '1 uint? 150',
    '2 string? "testing"',
    '3 message?',
    '3.1 uint? 1',
    '4 float? 3.14',
    '5 bytes? 2 bytes',
  ])
  t.strictSame(
    fields.map(({ or }) => or.join(', ')),
    ['sint 75', 'bytes', 'bytes', 'fixed32 1078523331', 'packed numbers'],
  )
  t.strictSame(lines(decodeMessage(hex('08ffffffffffffffffff01')).fields), ['1 int? -1'])
})

t.test('O1.2: a number that the schema does not have is a guess in a message that is known', async (t) => {
  const { fields, problems } = decodeMessage(hex('0a0161 f80607'), ECHO)
  t.strictSame(lines(fields), ['message string "a"', '111 uint? 7'])
  t.strictSame(problems, [])
})

t.test('O1.2: a message in google.protobuf.Any is known by its type URL', async (t) => {
  const any = anyPack(StructSchema, fromJson(StructSchema, { a: true }))
  const type = messageType(AnySchema, createRegistry(StructSchema))
  t.match(lines(decodeMessage(toBinary(AnySchema, any), type).fields), [
    'type_url string "type.googleapis.com/google.protobuf.Struct"',
    'value google.protobuf.Struct',
  ])
  const unknown = create(AnySchema, { typeUrl: 'x/y.Z', value: Uint8Array.of(1) })
  t.strictSame(lines(decodeMessage(toBinary(AnySchema, unknown), type).fields).at(-1), 'value bytes 1 byte')
})

t.test('O1.2: groups are read to their end tag', async (t) => {
  const { fields, problems } = decodeMessage(hex('0b 1001 0c 1802'))
  t.strictSame(problems, [])
  t.strictSame(lines(fields), ['1 group', '1.2 uint? 1', '3 uint? 2'])
})

/** Damaged bytes, and what is said of them: `OFFSET text`. */
const DAMAGED: Readonly<Record<string, readonly string[]>> = {
  '0a05ff6c': ['1 field 1 (message) says that 5 bytes follow, and 2 are left'],
  '0a0161 18': ['4 field 3 (status_code) ends where a varint must begin'],
  '18ff': ['1 field 3 (status_code) ends in the middle of a varint'],
  '00': ['0 field number 0, which no message has: these bytes are not a field'],
  '0f': ['0 field 1 has wire type 7, and there are only 0 to 5: these bytes are not a field'],
  '0c': ['0 the end of group 1, which has not begun'],
  '9b06 0801': ['4 group 99 has no end'],
  'a106 01': ['2 field 100 needs 8 bytes for its value, and 1 is left'],
  ffffffffff01: ['0 a tag of more than 32 bits: field numbers end at 536,870,911'],
  '0801': [
    '0 field 1 (message) is string in the schema, so LEN on the wire, but its tag says VARINT: another schema wrote it',
  ],
  '0a0361ff62': [
    '3 the string message is not valid UTF-8, which most parsers reject: is it bytes in the schema that wrote it?',
  ],
  // Damage inside a message does not hide what comes after it.
  '1202 08ff 0a02c3': [
    '3 field 1 (seconds) ends in the middle of a varint',
    '5 field 1 (message) says that 2 bytes follow, and 1 is left',
  ],
}

for (const [bytes, expected] of Object.entries(DAMAGED)) {
  t.test(`O1.2: all that is wrong with ${bytes} is said, by the offset of the byte`, async (t) => {
    t.strictSame(
      decodeMessage(hex(bytes), ECHO).problems.map(({ at, message }) => `${at} ${message}`),
      expected,
    )
  })
}

t.test('O1.2: packed values that do not end are a problem, and those before them are read', async (t) => {
  // Field 23, LEN: the last value has no end.
  const bytes = hex('ba01 03 01 02 ff')
  const { fields, problems } = decodeMessage(bytes, EVERY)
  t.strictSame(lines(fields), ['packed int32 [1 2]'])
  t.strictSame(problems, [
    { at: 5, message: 'value 2 of the packed field packed ends in the middle of a varint' },
  ])
})

t.test('O1.2: a message nested a hundred deep is read, and one nested deeper is a problem', async (t) => {
  const nested = (depth: number) => {
    let bytes = Buffer.alloc(0)
    for (let level = 0; level < depth; level += 1) {
      const size = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
      bytes = Buffer.concat([Buffer.from([0xca, 0x01, ...size]), bytes])
    }
    return decodeMessage(bytes, EVERY).problems.map(({ message }) => message)
  }
  t.strictSame(nested(100), [])
  t.match(nested(101), [/^messages are nested more than 100 deep/])
})

t.test('O1.2: whatever the bytes are, each is in one piece, in their order', async () => {
  const anyBytes = fc.uint8Array({ maxLength: 60 })
  fc.assert(
    fc.property(anyBytes, fc.boolean(), (bytes, withSchema) => {
      const { fields } = decodeMessage(bytes, withSchema ? EVERY : undefined)
      let at = 0
      for (const piece of piecesOf(fields, { at: 0, length: bytes.length })) {
        if (piece.at !== at) return false
        at += piece.length
      }
      return at === bytes.length
    }),
    { numRuns: 2000 },
  )
})
